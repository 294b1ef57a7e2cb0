from agents.runner.run import run_claimed

__all__ = ["run_claimed"]
