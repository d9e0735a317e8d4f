"""What is deleted when its time is over: periods that the owner sets, steps, and a run each night."""
