"""Who is who, and which value wins: functions of records, decisions and rules. Pure."""
