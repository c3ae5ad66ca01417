"""stub"""
from typing import Any
def arm(): raise NotImplementedError
def measured(results: Any) -> Any: return None
def sentences(m: Any) -> Any: return []
