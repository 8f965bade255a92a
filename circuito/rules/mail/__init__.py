"""Mail understood, without a framework or a database: bytes in, an `IncomingMail` out."""
