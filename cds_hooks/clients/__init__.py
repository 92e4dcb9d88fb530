"""Who may call: the list of clients, their keys, and the token that each call carries."""
