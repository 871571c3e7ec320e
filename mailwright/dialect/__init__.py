"""The Liquid that Customer.io emails speak: both dialects, their limits, and what a template reads.

Importing this package costs nothing: `environment`, `checks` and what they use are imported when they are needed.
"""

from mailwright.dialect.faults import Dialect, Limits, LiquidFault
from mailwright.dialect.settings import DialectAssumptions, Links, RenderSettings

__all__ = ["Dialect", "DialectAssumptions", "Limits", "Links", "LiquidFault", "RenderSettings"]
