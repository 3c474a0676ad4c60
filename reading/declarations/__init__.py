"""What bodies declare outside every procedure (登记), for everybody or for the bodies of a city."""
