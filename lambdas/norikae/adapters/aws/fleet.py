"""The machines behind nodes: EC2, Auto Scaling, target groups."""
