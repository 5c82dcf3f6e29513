package dev.turnout.ofctl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Completion scripts for the shells. They complete families, verbs and options of {@code turnout} out of the same lists
 * that the parser reads; file names elsewhere.
 */
final class Completion {
    private static final String COMMANDS = "demo test switchd ofctl vsctl appctl dpctl bench build version help";

    private Completion() {
    }

    static String script(String shell, List<Supplier<Family>> families) {
        return switch (shell) {
            case "bash" -> bash(families);
            case "zsh" -> "#compdef turnout\nautoload -U +X bashcompinit && bashcompinit\n" + bash(families);
            default -> throw new CliException("shell \"" + shell + "\": expected bash or zsh");
        };
    }

    private static String bash(List<Supplier<Family>> families) {
        StringBuilder cases = new StringBuilder();
        for (Supplier<Family> supplier : families) {
            Family family = supplier.get();
            List<String> words = new ArrayList<>();
            family.verbs().forEach(verb -> words.add(verb.name()));
            cases.append("        ").append(family.name()).append(")\n            verbs='")
                    .append(String.join(" ", words))
                    .append("'\n");
            words.clear();
            family.verbOptions().forEach(option -> words.add("--" + option.name()));
            family.options().forEach(option -> words.add("--" + option.name()));
            cases.append("            options='").append(String.join(" ", words)).append("' ;;\n");
        }
        return """
                _turnout() {
                    local word=${COMP_WORDS[COMP_CWORD]} verbs= options= seen= i
                    if ((COMP_CWORD == 1)); then
                        COMPREPLY=($(compgen -W '%s' -- "$word"))
                        return
                    fi
                    case ${COMP_WORDS[1]} in
                %s        *) COMPREPLY=($(compgen -f -- "$word")); return ;;
                    esac
                    for ((i = 2; i < COMP_CWORD; i++)); do
                        case ${COMP_WORDS[i]} in
                            --) seen= ;;
                            -*) ;;
                            *) [[ " $verbs " == *" ${COMP_WORDS[i]} "* ]] && seen=1 ;;
                        esac
                    done
                    if [[ $word == -* ]]; then
                        COMPREPLY=($(compgen -W "$options" -- "$word"))
                    elif [[ -z $seen ]]; then
                        COMPREPLY=($(compgen -W "$verbs" -- "$word"))
                    else
                        COMPREPLY=($(compgen -f -- "$word"))
                    fi
                }
                complete -F _turnout turnout ./turnout
                """.formatted(COMMANDS, cases);
    }
}
