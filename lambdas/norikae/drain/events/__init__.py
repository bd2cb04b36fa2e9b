"""What AWS says about machines that go, one parser per kind of event."""
