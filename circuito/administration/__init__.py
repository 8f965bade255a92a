"""Who keeps the house: clients, users and the catalogues a request is classified by."""
