"""What all parts share of Kafka. Start reading at `clients.py`: every client is made there, with one set of waits."""
