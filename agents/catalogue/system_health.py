"""Is this machine well?"""

from agents.catalogue.built_in import BuiltInAgent, analysis, present, probe_step

INSTRUCTIONS = """
Tell the operator in one minute of reading whether this machine needs anything today.

- Begin the summary with the verdict, then name the one or two things that matter most, with their
  numbers. On a healthy day say so in a sentence or two, and stop.
- Join what belongs together into one finding. A full disk and the log errors "no space left on device"
  are one matter; so are high load, waiting for disks and a mount that does not answer; so are used-up
  memory, swap, the process that holds it and programs that were killed. Name the cause first, then what
  follows from it.
- Weigh what you see. CPU is measured for half a second: load over 5 and 15 minutes tells whether it
  lasts. Memory counts as short when little is available, not when caches fill it. Swap in use with
  memory to spare is no trouble. A few zombies are none. Errors and drops of an interface are totals:
  small shares are normal.
- critical is what loses data or stops a service now or within hours: a disk at its critical limit, a
  file system that went read-only, disk errors, a lost RAID member, memory at its critical limit.
  warning is what should be done this week: security updates, a due restart, failed units, a limit
  reached. Ordinary updates, a single target that cannot be reached while others can, and common
  harmless log errors are info or not worth a finding.
- For a failed unit or repeated log error say what the service is for, the likely cause as its messages
  show it, and the first thing to look at. If the evidence does not show a cause, say that it does not.
- A recommendation is one concrete next step, at most two. Prefer commands that only look; where one
  changes something, say what it changes.
- At most eight findings, the gravest first. Do not repeat readings that are normal.
"""

SYSTEM_HEALTH = BuiltInAgent(
    agent_type="system-health",
    name="System Health Reporter",
    description=(
        "Looks at CPU, memory, disks, temperatures, network, processes, services, errors and updates of this"
        " machine, and says what needs attention."
    ),
    version="1.0.0",
    config={
        "steps": [
            probe_step("CPU", "cpu"),
            probe_step("Memory", "memory"),
            probe_step("Disks", "disks"),
            probe_step("Temperatures", "temperatures"),
            probe_step("Network", "network"),
            probe_step("Uptime and restart", "uptime"),
            probe_step("Top processes", "top_processes"),
            probe_step("Zombie processes", "zombies"),
            probe_step("Failed units", "failed_units"),
            probe_step("Recent errors", "recent_errors", hours=24),
            probe_step("Package updates", "package_updates"),
            {"name": "Analyse", "type": "analysis"},
            {
                "name": "Every reading was taken",
                "type": "validation",
                "require": [
                    present("CPU", "usage_percent"),
                    present("Memory", "percent"),
                    present("Disks", "disks"),
                    present("Network", "interfaces"),
                    present("Uptime and restart", "uptime_seconds"),
                    present("Top processes", "by_memory"),
                    present("Zombie processes", "count"),
                ],
            },
        ],
        "analysis": analysis(INSTRUCTIONS),
    },
    max_duration_ms=300_000,
    timeout_ms=120_000,
)
