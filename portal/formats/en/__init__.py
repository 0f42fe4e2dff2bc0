"""Numbers and dates in Canadian English: 1,234.56 and March 12, 2028, 2:05 pm"""
