"""A project that is not bolk: a village sauna with a booking server of its own, tried by bolk in its CI."""
