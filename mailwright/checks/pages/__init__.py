"""What mailboxes make of an email's page: its clients, pictures, links, colours and sizes."""
