"""What runs inside the containers: one module per stage, and the contract that both sides share."""
