"""What tests of notebooks need, for anybody's notebooks; nothing here knows the course."""
