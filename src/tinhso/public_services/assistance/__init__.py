"""Helping people with online services (hỗ trợ người dân thực hiện dịch vụ công trực tuyến), and what came of it."""
