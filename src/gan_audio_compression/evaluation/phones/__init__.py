"""Phone error rate: a phone recogniser trained on original speech, and its errors on any."""
