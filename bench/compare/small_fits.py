def main(a, f): pass
