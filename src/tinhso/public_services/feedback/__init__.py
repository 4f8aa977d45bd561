"""What people say afterwards (đánh giá, phản ánh): a rating of five levels, complaints with a term."""
