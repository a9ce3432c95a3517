"""What is alike, weighed beside the path; and the rules of a workspace, changed while everything goes on."""
