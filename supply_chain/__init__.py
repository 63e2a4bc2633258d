"""What Qingyi is built from: under which licences, and with which known weaknesses."""
