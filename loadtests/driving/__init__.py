"""The inside of the load generator, in Locust's process: the only place that meets gevent."""
