"""Running `collect` without a person: telling cron, systemd, launchd or Task Scheduler, and what came of it.

`times` and `job` say what is to run and when; one module per scheduler writes that down in its words and
installs it; `methods` knows them all; `last_runs` compares what was due with what ran. Schedulers' programs
are called through `machine`, so that tests bring their own.
"""
