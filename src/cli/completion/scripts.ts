import type { Shell } from "./completion.ts";

/*
 * Each asks `netsim completion words` for what can stand where the cursor is, and adds the shell's own completion of files where that
 * says so.
 */

const BASH = `# Completion of netsim in bash: source <(netsim completion bash)
_netsim() {
  local current=\${COMP_WORDS[COMP_CWORD]} line
  # What stands before an = has been typed, and bash takes it for a word of its own.
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      line=\${line%%$'\\t'*}
      [[ $line == --*=* ]] && line=\${line#*=}
      COMPREPLY+=("$line")
    fi
  done < <(netsim completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _netsim netsim
`;

const ZSH = `#compdef netsim
# Completion of netsim in zsh: netsim completion zsh > DIRECTORY-OF-FPATH/_netsim
_netsim() {
  local line files=
  local -a values
  while IFS= read -r line; do
    if [[ $line == :files ]]; then files=yes; continue; fi
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(netsim completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && _describe netsim values
  if [[ -n $files ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
  fi
}
if [[ $funcstack[1] == _netsim ]]; then _netsim "$@"; else compdef _netsim netsim; fi
`;

const FISH = `# Completion of netsim in fish: netsim completion fish > ~/.config/fish/completions/netsim.fish
function __netsim_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (netsim completion words -- $words[2..] 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c netsim -f -a "(__netsim_complete)"
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
