"""The three protocols as a server speaks them."""

from sandbox.simulators.protocols.anthropic import Anthropic
from sandbox.simulators.protocols.gemini import Gemini
from sandbox.simulators.protocols.openai import OpenAI
from sandbox.simulators.protocols.speaker import Speaker

__all__ = ["Anthropic", "Gemini", "OpenAI", "Speaker"]
