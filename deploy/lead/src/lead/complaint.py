"""What stops the command for a reason the person at the keyboard can mend."""


class Complaint(Exception):
    """Its text is a sentence that says what is wrong and what to do."""
