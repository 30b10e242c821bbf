"""What is asked, and what counts as an answer: scenario, plan, attempts, measures, result."""
