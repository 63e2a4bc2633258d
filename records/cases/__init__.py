"""Cases 案件: opened, reviewed 研判, merged 并案, verified 核验, with their evidence."""
