"""What has no form of its own: names of persons and addresses in running text."""
