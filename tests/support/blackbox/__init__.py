"""What the black-box tests share: the tool under test, trees described and compared, a private sshd."""
