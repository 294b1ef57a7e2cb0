"""Where has the room gone, and when will there be none?"""

from agents.catalogue.built_in import BuiltInAgent, analysis, present, probe_step

INSTRUCTIONS = """
Tell the operator how much room is left, what takes it, when it runs out, and what may go.

- Begin the summary with the fullest disk: its share, what is free, and when it will be full if the
  trend is known. Growth over less than half a day is no trend; on the first run there is nothing to
  compare with, so say only that.
- Explain the large directories by what they are (packages, container images, databases, caches,
  backups, home directories). A directory and one inside it count the same bytes: never add them up. A
  package manager's files and a database's are not for deleting by hand; say which tool makes them
  smaller.
- Where a disk grows, name the directories and files that are likely to grow: logs, databases, caches
  and downloads, recently written large files. Say that it is a guess where it is one.
- Make one finding for each cleanup that is worth the work, with bytes and with its command, the largest
  gain first. Say what is lost by it: caches come back, volumes, trash and core dumps do not. Leave out
  what gives less than a hundredth of the disk, unless the disk is nearly full.
- Where sizes are lower bounds because the look was cut short or directories could not be read, say so
  once.
- Without a full or filling disk this is a healthy report: what could be freed is info.
"""

DISK_SPACE = BuiltInAgent(
    agent_type="disk-space",
    name="Disk Space Analyst",
    description="Finds the largest directories and files, growth since the last run, and what may go.",
    version="1.0.0",
    config={
        "steps": [
            probe_step("Disks", "disks"),
            probe_step("Growth", "disk_growth"),
            probe_step(
                "Largest directories", "largest_directories", paths=["/"], depth=5, count=15, max_seconds=60
            ),
            probe_step("Cleanup candidates", "cleanup_candidates", max_seconds=45),
            {"name": "Analyse", "type": "analysis"},
            {
                "name": "Every disk was measured",
                "type": "validation",
                "require": [present("Disks", "disks"), present("Largest directories", "directories")],
            },
        ],
        "analysis": analysis(INSTRUCTIONS),
    },
    max_duration_ms=600_000,
    timeout_ms=180_000,
)
