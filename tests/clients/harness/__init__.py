"""What every client suite needs: engines, a manager, a client, scenarios and their report."""
