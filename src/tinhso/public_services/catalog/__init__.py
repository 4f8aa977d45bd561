"""The catalog of administrative procedures (danh mục thủ tục hành chính): what is offered, by whom, how and how fast."""
