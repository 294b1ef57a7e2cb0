"""What a page of the console is told while it is open, but for the events of executions themselves.

Alerts, nodes, samples, schedules and money are written by other processes, and ring no bell. So each web
process looks once a second, by one statement, while anybody listens, and tells all of them what has changed.
"""
