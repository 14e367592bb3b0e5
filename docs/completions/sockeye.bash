_sockeye() {
    local i cur prev opts cmd
    COMPREPLY=()
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        cur="$2"
    else
        cur="${COMP_WORDS[COMP_CWORD]}"
    fi
    prev="$3"
    cmd=""
    opts=""

    for i in "${COMP_WORDS[@]:0:COMP_CWORD}"
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="sockeye"
                ;;
            sockeye,account)
                cmd="sockeye__subcmd__account"
                ;;
            sockeye,audit)
                cmd="sockeye__subcmd__audit"
                ;;
            sockeye,backup)
                cmd="sockeye__subcmd__backup"
                ;;
            sockeye,ban)
                cmd="sockeye__subcmd__ban"
                ;;
            sockeye,completions)
                cmd="sockeye__subcmd__completions"
                ;;
            sockeye,connect)
                cmd="sockeye__subcmd__connect"
                ;;
            sockeye,explain)
                cmd="sockeye__subcmd__explain"
                ;;
            sockeye,generate)
                cmd="sockeye__subcmd__generate"
                ;;
            sockeye,help)
                cmd="sockeye__subcmd__help"
                ;;
            sockeye,listen)
                cmd="sockeye__subcmd__listen"
                ;;
            sockeye,probe)
                cmd="sockeye__subcmd__probe"
                ;;
            sockeye,proxy)
                cmd="sockeye__subcmd__proxy"
                ;;
            sockeye,relay)
                cmd="sockeye__subcmd__relay"
                ;;
            sockeye,serve)
                cmd="sockeye__subcmd__serve"
                ;;
            sockeye,status)
                cmd="sockeye__subcmd__status"
                ;;
            sockeye__subcmd__account,add)
                cmd="sockeye__subcmd__account__subcmd__add"
                ;;
            sockeye__subcmd__account,allow)
                cmd="sockeye__subcmd__account__subcmd__allow"
                ;;
            sockeye__subcmd__account,cert)
                cmd="sockeye__subcmd__account__subcmd__cert"
                ;;
            sockeye__subcmd__account,help)
                cmd="sockeye__subcmd__account__subcmd__help"
                ;;
            sockeye__subcmd__account,list)
                cmd="sockeye__subcmd__account__subcmd__list"
                ;;
            sockeye__subcmd__account,passwd)
                cmd="sockeye__subcmd__account__subcmd__passwd"
                ;;
            sockeye__subcmd__account,remove)
                cmd="sockeye__subcmd__account__subcmd__remove"
                ;;
            sockeye__subcmd__account__subcmd__cert,add)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__add"
                ;;
            sockeye__subcmd__account__subcmd__cert,del)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__del"
                ;;
            sockeye__subcmd__account__subcmd__cert,help)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__help"
                ;;
            sockeye__subcmd__account__subcmd__cert,list)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__list"
                ;;
            sockeye__subcmd__account__subcmd__cert__subcmd__help,add)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__add"
                ;;
            sockeye__subcmd__account__subcmd__cert__subcmd__help,del)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__del"
                ;;
            sockeye__subcmd__account__subcmd__cert__subcmd__help,help)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__account__subcmd__cert__subcmd__help,list)
                cmd="sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__list"
                ;;
            sockeye__subcmd__account__subcmd__help,add)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__add"
                ;;
            sockeye__subcmd__account__subcmd__help,allow)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__allow"
                ;;
            sockeye__subcmd__account__subcmd__help,cert)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__cert"
                ;;
            sockeye__subcmd__account__subcmd__help,help)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__account__subcmd__help,list)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__list"
                ;;
            sockeye__subcmd__account__subcmd__help,passwd)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__passwd"
                ;;
            sockeye__subcmd__account__subcmd__help,remove)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__remove"
                ;;
            sockeye__subcmd__account__subcmd__help__subcmd__cert,add)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__add"
                ;;
            sockeye__subcmd__account__subcmd__help__subcmd__cert,del)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__del"
                ;;
            sockeye__subcmd__account__subcmd__help__subcmd__cert,list)
                cmd="sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__list"
                ;;
            sockeye__subcmd__ban,add)
                cmd="sockeye__subcmd__ban__subcmd__add"
                ;;
            sockeye__subcmd__ban,help)
                cmd="sockeye__subcmd__ban__subcmd__help"
                ;;
            sockeye__subcmd__ban,list)
                cmd="sockeye__subcmd__ban__subcmd__list"
                ;;
            sockeye__subcmd__ban,remove)
                cmd="sockeye__subcmd__ban__subcmd__remove"
                ;;
            sockeye__subcmd__ban__subcmd__help,add)
                cmd="sockeye__subcmd__ban__subcmd__help__subcmd__add"
                ;;
            sockeye__subcmd__ban__subcmd__help,help)
                cmd="sockeye__subcmd__ban__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__ban__subcmd__help,list)
                cmd="sockeye__subcmd__ban__subcmd__help__subcmd__list"
                ;;
            sockeye__subcmd__ban__subcmd__help,remove)
                cmd="sockeye__subcmd__ban__subcmd__help__subcmd__remove"
                ;;
            sockeye__subcmd__help,account)
                cmd="sockeye__subcmd__help__subcmd__account"
                ;;
            sockeye__subcmd__help,audit)
                cmd="sockeye__subcmd__help__subcmd__audit"
                ;;
            sockeye__subcmd__help,backup)
                cmd="sockeye__subcmd__help__subcmd__backup"
                ;;
            sockeye__subcmd__help,ban)
                cmd="sockeye__subcmd__help__subcmd__ban"
                ;;
            sockeye__subcmd__help,completions)
                cmd="sockeye__subcmd__help__subcmd__completions"
                ;;
            sockeye__subcmd__help,connect)
                cmd="sockeye__subcmd__help__subcmd__connect"
                ;;
            sockeye__subcmd__help,explain)
                cmd="sockeye__subcmd__help__subcmd__explain"
                ;;
            sockeye__subcmd__help,generate)
                cmd="sockeye__subcmd__help__subcmd__generate"
                ;;
            sockeye__subcmd__help,help)
                cmd="sockeye__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__help,listen)
                cmd="sockeye__subcmd__help__subcmd__listen"
                ;;
            sockeye__subcmd__help,probe)
                cmd="sockeye__subcmd__help__subcmd__probe"
                ;;
            sockeye__subcmd__help,proxy)
                cmd="sockeye__subcmd__help__subcmd__proxy"
                ;;
            sockeye__subcmd__help,relay)
                cmd="sockeye__subcmd__help__subcmd__relay"
                ;;
            sockeye__subcmd__help,serve)
                cmd="sockeye__subcmd__help__subcmd__serve"
                ;;
            sockeye__subcmd__help,status)
                cmd="sockeye__subcmd__help__subcmd__status"
                ;;
            sockeye__subcmd__help__subcmd__account,add)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__add"
                ;;
            sockeye__subcmd__help__subcmd__account,allow)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__allow"
                ;;
            sockeye__subcmd__help__subcmd__account,cert)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__cert"
                ;;
            sockeye__subcmd__help__subcmd__account,list)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__list"
                ;;
            sockeye__subcmd__help__subcmd__account,passwd)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__passwd"
                ;;
            sockeye__subcmd__help__subcmd__account,remove)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__remove"
                ;;
            sockeye__subcmd__help__subcmd__account__subcmd__cert,add)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__add"
                ;;
            sockeye__subcmd__help__subcmd__account__subcmd__cert,del)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__del"
                ;;
            sockeye__subcmd__help__subcmd__account__subcmd__cert,list)
                cmd="sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__list"
                ;;
            sockeye__subcmd__help__subcmd__ban,add)
                cmd="sockeye__subcmd__help__subcmd__ban__subcmd__add"
                ;;
            sockeye__subcmd__help__subcmd__ban,list)
                cmd="sockeye__subcmd__help__subcmd__ban__subcmd__list"
                ;;
            sockeye__subcmd__help__subcmd__ban,remove)
                cmd="sockeye__subcmd__help__subcmd__ban__subcmd__remove"
                ;;
            sockeye__subcmd__help__subcmd__proxy,env)
                cmd="sockeye__subcmd__help__subcmd__proxy__subcmd__env"
                ;;
            sockeye__subcmd__help__subcmd__status,backend)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__backend"
                ;;
            sockeye__subcmd__help__subcmd__status,kill)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__kill"
                ;;
            sockeye__subcmd__help__subcmd__status,reload)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__reload"
                ;;
            sockeye__subcmd__help__subcmd__status,sessions)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__sessions"
                ;;
            sockeye__subcmd__help__subcmd__status__subcmd__backend,drain)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__drain"
                ;;
            sockeye__subcmd__help__subcmd__status__subcmd__backend,maintenance)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__maintenance"
                ;;
            sockeye__subcmd__help__subcmd__status__subcmd__backend,ready)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__ready"
                ;;
            sockeye__subcmd__help__subcmd__status__subcmd__backend,weight)
                cmd="sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__weight"
                ;;
            sockeye__subcmd__proxy,env)
                cmd="sockeye__subcmd__proxy__subcmd__env"
                ;;
            sockeye__subcmd__proxy,help)
                cmd="sockeye__subcmd__proxy__subcmd__help"
                ;;
            sockeye__subcmd__proxy__subcmd__help,env)
                cmd="sockeye__subcmd__proxy__subcmd__help__subcmd__env"
                ;;
            sockeye__subcmd__proxy__subcmd__help,help)
                cmd="sockeye__subcmd__proxy__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__status,backend)
                cmd="sockeye__subcmd__status__subcmd__backend"
                ;;
            sockeye__subcmd__status,help)
                cmd="sockeye__subcmd__status__subcmd__help"
                ;;
            sockeye__subcmd__status,kill)
                cmd="sockeye__subcmd__status__subcmd__kill"
                ;;
            sockeye__subcmd__status,reload)
                cmd="sockeye__subcmd__status__subcmd__reload"
                ;;
            sockeye__subcmd__status,sessions)
                cmd="sockeye__subcmd__status__subcmd__sessions"
                ;;
            sockeye__subcmd__status__subcmd__backend,drain)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__drain"
                ;;
            sockeye__subcmd__status__subcmd__backend,help)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help"
                ;;
            sockeye__subcmd__status__subcmd__backend,maintenance)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__maintenance"
                ;;
            sockeye__subcmd__status__subcmd__backend,ready)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__ready"
                ;;
            sockeye__subcmd__status__subcmd__backend,weight)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__weight"
                ;;
            sockeye__subcmd__status__subcmd__backend__subcmd__help,drain)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__drain"
                ;;
            sockeye__subcmd__status__subcmd__backend__subcmd__help,help)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__status__subcmd__backend__subcmd__help,maintenance)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__maintenance"
                ;;
            sockeye__subcmd__status__subcmd__backend__subcmd__help,ready)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__ready"
                ;;
            sockeye__subcmd__status__subcmd__backend__subcmd__help,weight)
                cmd="sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__weight"
                ;;
            sockeye__subcmd__status__subcmd__help,backend)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__backend"
                ;;
            sockeye__subcmd__status__subcmd__help,help)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__help"
                ;;
            sockeye__subcmd__status__subcmd__help,kill)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__kill"
                ;;
            sockeye__subcmd__status__subcmd__help,reload)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__reload"
                ;;
            sockeye__subcmd__status__subcmd__help,sessions)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__sessions"
                ;;
            sockeye__subcmd__status__subcmd__help__subcmd__backend,drain)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__drain"
                ;;
            sockeye__subcmd__status__subcmd__help__subcmd__backend,maintenance)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__maintenance"
                ;;
            sockeye__subcmd__status__subcmd__help__subcmd__backend,ready)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__ready"
                ;;
            sockeye__subcmd__status__subcmd__help__subcmd__backend,weight)
                cmd="sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__weight"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        sockeye)
            opts="-q -v -h -V --quiet --json --explain --verbose --color --ready-fd --help --version completions generate serve account ban audit status backup proxy connect listen relay probe explain help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help add list remove passwd cert allow help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__add)
            opts="-q -v -h --allow --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --allow)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__allow)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help add del list help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__add)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__del)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__help)
            opts="add del list help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__del)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__help__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__cert__subcmd__list)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help)
            opts="add list remove passwd cert allow help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__allow)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__cert)
            opts="add del list"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__del)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__cert__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__passwd)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__help__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__list)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__passwd)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__account__subcmd__remove)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__audit)
            opts="-q -v -h --since --by --account --last --follow --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --since)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --by)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --account)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --last)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__backup)
            opts="-q -v -h --replace --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help add list remove help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__add)
            opts="-q -v -h --for --reason --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --for)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --reason)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__help)
            opts="add list remove help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__help__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__help__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__help__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__list)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__ban__subcmd__remove)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__completions)
            opts="-q -v -h --quiet --json --explain --verbose --color --ready-fd --help bash zsh fish powershell"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__connect)
            opts="-4 -6 -q -v -h --ipv4 --ipv6 --stats --hex --text --access-log --quiet --json --explain --verbose --color --ready-fd --help - tcp:// tcp4:// tcp6:// udp:// unix: unix-dgram: unix-seqpacket: exec: file: sh: fd: mem: mock: tls:// ws:// wss:// echo: upper: hello: chat: page: discard: chargen: daytime: broadcast: socks: http-proxy: proxy: balance: +tcp +tcp,nodelay +tcp,keepalive= +tcp,sndbuf= +tcp,rcvbuf= +tcp,backlog= +tcp,reuseaddr +tcp,user-timeout= +tcp,congestion= +tcp,local-port= +tcp,interface= +tcp,mark= +tcp,tos= +tcp,ttl= +tcp,fastopen +tcp,mptcp +tcp,resolve= +tcp,opt= +unix +unix,mode= +unix,unlink +unix,sndbuf= +unix,opt= +limit +limit,conns= +limit,per-ip= +limit,connects= +limit,window= +limit,rate= +limit,burst= +limit,bytes= +idle +idle, +udp +udp,sndbuf= +udp,rcvbuf= +udp,local-port= +udp,interface= +udp,mark= +udp,tos= +udp,ttl= +udp,resolve= +udp,opt= +via +via, +retry +retry, +retry,interval= +retry,max= +timeout +timeout, +timeout,connect-timeout= +allow +allow, +deny +deny, +file +file,create +file,truncate +file,append +file,offset= +tls +tls,sni= +tls,cacert= +tls,cert= +tls,key= +tls,client= +tls,client-ca= +tls,alpn= +tls,min= +tls,max= +tls,pin= +tls,starttls= +tls,insecure +tls,self-signed +ws +ws,path= +ws,header= +ws,subprotocol= +ws,ping= +ws,text +ws,binary +ws,origins= +ws,from= +proxy +proxy,version= +proxy,from= +line +line,delimiter= +line,crlf +line,escape +line,hex +line,max= +frame +frame,size= +frame,order= +frame,max= +frame,checksum= +zstd +zstd,level= +zstd,window="
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --access-log)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__explain)
            opts="-q -v -h --quiet --json --explain --verbose --color --ready-fd --help - tcp:// tcp4:// tcp6:// udp:// unix: unix-dgram: unix-seqpacket: exec: file: sh: fd: mem: mock: tls:// ws:// wss:// echo: upper: hello: chat: page: discard: chargen: daytime: broadcast: socks: http-proxy: proxy: balance: +tcp +tcp,nodelay +tcp,keepalive= +tcp,sndbuf= +tcp,rcvbuf= +tcp,backlog= +tcp,reuseaddr +tcp,user-timeout= +tcp,congestion= +tcp,local-port= +tcp,interface= +tcp,mark= +tcp,tos= +tcp,ttl= +tcp,fastopen +tcp,mptcp +tcp,resolve= +tcp,opt= +unix +unix,mode= +unix,unlink +unix,sndbuf= +unix,opt= +limit +limit,conns= +limit,per-ip= +limit,connects= +limit,window= +limit,rate= +limit,burst= +limit,bytes= +idle +idle, +udp +udp,sndbuf= +udp,rcvbuf= +udp,local-port= +udp,interface= +udp,mark= +udp,tos= +udp,ttl= +udp,resolve= +udp,opt= +via +via, +retry +retry, +retry,interval= +retry,max= +timeout +timeout, +timeout,connect-timeout= +allow +allow, +deny +deny, +file +file,create +file,truncate +file,append +file,offset= +tls +tls,sni= +tls,cacert= +tls,cert= +tls,key= +tls,client= +tls,client-ca= +tls,alpn= +tls,min= +tls,max= +tls,pin= +tls,starttls= +tls,insecure +tls,self-signed +ws +ws,path= +ws,header= +ws,subprotocol= +ws,ping= +ws,text +ws,binary +ws,origins= +ws,from= +proxy +proxy,version= +proxy,from= +line +line,delimiter= +line,crlf +line,escape +line,hex +line,max= +frame +frame,size= +frame,order= +frame,max= +frame,checksum= +zstd +zstd,level= +zstd,window="
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__generate)
            opts="-q -v -h --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help)
            opts="completions generate serve account ban audit status backup proxy connect listen relay probe explain help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account)
            opts="add list remove passwd cert allow"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__allow)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__cert)
            opts="add del list"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__del)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__cert__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__passwd)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__account__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__audit)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__backup)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__ban)
            opts="add list remove"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__ban__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__ban__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__ban__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__completions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__connect)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__explain)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__generate)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__listen)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__probe)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__proxy)
            opts="env"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__proxy__subcmd__env)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__relay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__serve)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status)
            opts="sessions kill backend reload"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__backend)
            opts="ready drain maintenance weight"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__drain)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__maintenance)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__ready)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__backend__subcmd__weight)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__kill)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__reload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__help__subcmd__status__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__listen)
            opts="-4 -6 -q -v -h --ipv4 --ipv6 --once --keep --open --max-conns --drain --stats --hex --text --access-log --quiet --json --explain --verbose --color --ready-fd --help - tcp:// tcp4:// tcp6:// udp:// unix: unix-dgram: unix-seqpacket: exec: file: sh: fd: mem: mock: tls:// ws:// wss:// echo: upper: hello: chat: page: discard: chargen: daytime: broadcast: socks: http-proxy: proxy: balance: +tcp +tcp,nodelay +tcp,keepalive= +tcp,sndbuf= +tcp,rcvbuf= +tcp,backlog= +tcp,reuseaddr +tcp,user-timeout= +tcp,congestion= +tcp,local-port= +tcp,interface= +tcp,mark= +tcp,tos= +tcp,ttl= +tcp,fastopen +tcp,mptcp +tcp,resolve= +tcp,opt= +unix +unix,mode= +unix,unlink +unix,sndbuf= +unix,opt= +limit +limit,conns= +limit,per-ip= +limit,connects= +limit,window= +limit,rate= +limit,burst= +limit,bytes= +idle +idle, +udp +udp,sndbuf= +udp,rcvbuf= +udp,local-port= +udp,interface= +udp,mark= +udp,tos= +udp,ttl= +udp,resolve= +udp,opt= +via +via, +retry +retry, +retry,interval= +retry,max= +timeout +timeout, +timeout,connect-timeout= +allow +allow, +deny +deny, +file +file,create +file,truncate +file,append +file,offset= +tls +tls,sni= +tls,cacert= +tls,cert= +tls,key= +tls,client= +tls,client-ca= +tls,alpn= +tls,min= +tls,max= +tls,pin= +tls,starttls= +tls,insecure +tls,self-signed +ws +ws,path= +ws,header= +ws,subprotocol= +ws,ping= +ws,text +ws,binary +ws,origins= +ws,from= +proxy +proxy,version= +proxy,from= +line +line,delimiter= +line,crlf +line,escape +line,hex +line,max= +frame +frame,size= +frame,order= +frame,max= +frame,checksum= +zstd +zstd,level= +zstd,window="
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --max-conns)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --drain)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --access-log)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__probe)
            opts="-4 -6 -q -v -h --ipv4 --ipv6 --wait --quiet --json --explain --verbose --color --ready-fd --help - tcp:// tcp4:// tcp6:// udp:// unix: unix-dgram: unix-seqpacket: exec: file: sh: fd: mem: mock: tls:// ws:// wss:// echo: upper: hello: chat: page: discard: chargen: daytime: broadcast: socks: http-proxy: proxy: balance: +tcp +tcp,nodelay +tcp,keepalive= +tcp,sndbuf= +tcp,rcvbuf= +tcp,backlog= +tcp,reuseaddr +tcp,user-timeout= +tcp,congestion= +tcp,local-port= +tcp,interface= +tcp,mark= +tcp,tos= +tcp,ttl= +tcp,fastopen +tcp,mptcp +tcp,resolve= +tcp,opt= +unix +unix,mode= +unix,unlink +unix,sndbuf= +unix,opt= +limit +limit,conns= +limit,per-ip= +limit,connects= +limit,window= +limit,rate= +limit,burst= +limit,bytes= +idle +idle, +udp +udp,sndbuf= +udp,rcvbuf= +udp,local-port= +udp,interface= +udp,mark= +udp,tos= +udp,ttl= +udp,resolve= +udp,opt= +via +via, +retry +retry, +retry,interval= +retry,max= +timeout +timeout, +timeout,connect-timeout= +allow +allow, +deny +deny, +file +file,create +file,truncate +file,append +file,offset= +tls +tls,sni= +tls,cacert= +tls,cert= +tls,key= +tls,client= +tls,client-ca= +tls,alpn= +tls,min= +tls,max= +tls,pin= +tls,starttls= +tls,insecure +tls,self-signed +ws +ws,path= +ws,header= +ws,subprotocol= +ws,ping= +ws,text +ws,binary +ws,origins= +ws,from= +proxy +proxy,version= +proxy,from= +line +line,delimiter= +line,crlf +line,escape +line,hex +line,max= +frame +frame,size= +frame,order= +frame,max= +frame,checksum= +zstd +zstd,level= +zstd,window="
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --wait)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__proxy)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help env help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__proxy__subcmd__env)
            opts="-q -v -h --account --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --account)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__proxy__subcmd__help)
            opts="env help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__proxy__subcmd__help__subcmd__env)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__proxy__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__relay)
            opts="-4 -6 -q -v -h --ipv4 --ipv6 --keep --drain --stats --hex --text --access-log --quiet --json --explain --verbose --color --ready-fd --help - tcp:// tcp4:// tcp6:// udp:// unix: unix-dgram: unix-seqpacket: exec: file: sh: fd: mem: mock: tls:// ws:// wss:// echo: upper: hello: chat: page: discard: chargen: daytime: broadcast: socks: http-proxy: proxy: balance: +tcp +tcp,nodelay +tcp,keepalive= +tcp,sndbuf= +tcp,rcvbuf= +tcp,backlog= +tcp,reuseaddr +tcp,user-timeout= +tcp,congestion= +tcp,local-port= +tcp,interface= +tcp,mark= +tcp,tos= +tcp,ttl= +tcp,fastopen +tcp,mptcp +tcp,resolve= +tcp,opt= +unix +unix,mode= +unix,unlink +unix,sndbuf= +unix,opt= +limit +limit,conns= +limit,per-ip= +limit,connects= +limit,window= +limit,rate= +limit,burst= +limit,bytes= +idle +idle, +udp +udp,sndbuf= +udp,rcvbuf= +udp,local-port= +udp,interface= +udp,mark= +udp,tos= +udp,ttl= +udp,resolve= +udp,opt= +via +via, +retry +retry, +retry,interval= +retry,max= +timeout +timeout, +timeout,connect-timeout= +allow +allow, +deny +deny, +file +file,create +file,truncate +file,append +file,offset= +tls +tls,sni= +tls,cacert= +tls,cert= +tls,key= +tls,client= +tls,client-ca= +tls,alpn= +tls,min= +tls,max= +tls,pin= +tls,starttls= +tls,insecure +tls,self-signed +ws +ws,path= +ws,header= +ws,subprotocol= +ws,ping= +ws,text +ws,binary +ws,origins= +ws,from= +proxy +proxy,version= +proxy,from= +line +line,delimiter= +line,crlf +line,escape +line,hex +line,max= +frame +frame,size= +frame,order= +frame,max= +frame,checksum= +zstd +zstd,level= +zstd,window="
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --drain)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --access-log)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__serve)
            opts="-q -v -h --config --data --port-base --drain --takeover --check --example-config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --port-base)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --drain)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help sessions kill backend reload help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help ready drain maintenance weight help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__drain)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help)
            opts="ready drain maintenance weight help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__drain)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__maintenance)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__ready)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__help__subcmd__weight)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__maintenance)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__ready)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__backend__subcmd__weight)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help)
            opts="sessions kill backend reload help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__backend)
            opts="ready drain maintenance weight"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__drain)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__maintenance)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__ready)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__backend__subcmd__weight)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__kill)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__reload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__help__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__kill)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__reload)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        sockeye__subcmd__status__subcmd__sessions)
            opts="-q -v -h --data --config --quiet --json --explain --verbose --color --ready-fd --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --ready-fd)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
    esac
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _sockeye -o nosort -o bashdefault -o default sockeye
else
    complete -F _sockeye -o bashdefault -o default sockeye
fi
