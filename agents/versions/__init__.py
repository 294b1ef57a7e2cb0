"""What an agent was before, what has changed since, and the way back."""
