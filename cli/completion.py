"""What makes a shell complete the verbs and their options."""

# ruff: noqa: SLF001 - argparse tells nobody otherwise what it was given

from __future__ import annotations

import argparse

from cli.arguments import make_parser

BASH = """\
_norikae() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" verb="" each
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {verbs} " in *" $each "*) verb="$each"; break ;; esac
  done
  case "$verb" in
{cases}
    *) COMPREPLY=($(compgen -W "{verbs} {options}" -- "$word")) ;;
  esac
}}
complete -F _norikae norikae"""
CASE = '    {verb}) COMPREPLY=($(compgen -W "{words}" -- "$word")) ;;'
ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"
"""zsh reads bash's form (zshcompsys(1), bashcompinit)."""


def completion(shell: str) -> str:
    """The script for a shell, to be evaluated by its start-up file.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
    """
    return {"bash": _bash, "zsh": lambda: ZSH + _bash(), "fish": _fish}[shell]()


def _bash() -> str:
    parser = make_parser()
    cases = [CASE.format(verb=verb, words=" ".join([*choices, *options])) for verb, options, choices in _verbs(parser)]
    verbs = " ".join(verb for verb, _, _ in _verbs(parser))
    return BASH.format(verbs=verbs, options=" ".join(_options(parser)), cases="\n".join(cases))


def _fish() -> str:
    parser = make_parser()
    made = ["complete -c norikae -f"]
    made += [f"complete -c norikae -l {option.removeprefix('--')}" for option in _options(parser)]
    general = set(_options(parser))
    abouts = {action.dest: action.help or "" for action in _subparsers(parser)._choices_actions}
    for verb, options, choices in _verbs(parser):
        about = abouts[verb].replace("'", "\\'")
        made.append(f"complete -c norikae -n __fish_use_subcommand -a {verb} -d '{about}'")
        own = [f"-l {option.removeprefix('--')}" for option in options if option not in general]
        own += [f"-a '{' '.join(choices)}'"] if choices else []
        made += [f"complete -c norikae -n '__fish_seen_subcommand_from {verb}' {one}" for one in own]
    return "\n".join(made)


def _verbs(parser: argparse.ArgumentParser) -> list[tuple[str, list[str], list[str]]]:
    """Each verb, its options and the words that may follow it."""
    found = []
    for verb, made in _subparsers(parser).choices.items():
        after = [action for action in made._actions if not action.option_strings]
        words = [str(word) for action in after for word in action.choices or () if word]
        found.append((verb, _options(made), words))
    return found


def _subparsers(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
