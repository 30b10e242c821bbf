"""What is said: tables, pictures and pages, in bokmål and English."""
