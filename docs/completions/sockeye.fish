# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sockeye_global_optspecs
    string join \n q/quiet json explain v/verbose color= ready-fd= h/help V/version
end

function __fish_sockeye_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sockeye_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sockeye_using_subcommand
    set -l cmd (__fish_sockeye_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sockeye -n "__fish_sockeye_needs_command" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_needs_command" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_needs_command" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_needs_command" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_needs_command" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_needs_command" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_needs_command" -s V -l version -d 'Print version'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "connect" -d 'Connect standard input and output to an endpoint'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "listen" -d 'Accept connections and join each with another endpoint or a service'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "relay" -d 'Join two endpoints; one whose scheme ends in -l (tcp-l://) waits for a connection'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "probe" -d 'Ask whether an endpoint answers, or wait until it does'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "explain" -d 'Show what endpoints mean, with every default; opens nothing'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "completions" -d 'Print what a shell needs to complete the command line'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "generate" -d 'Write the manual pages, the reference and the completions into a folder'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "serve" -d 'Run a hub: one process that serves many people, with accounts and a store'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "account" -d 'Manage the accounts of a hub, running or not'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "ban" -d 'Keep somebody out of a hub, running or not'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "audit" -d 'Show who did what on a hub, running or not: bans, kills, changes of accounts, failed logins'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "status" -d 'Show how a running hub is doing'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "backup" -d 'Copy what a hub keeps into one file, while it runs or not'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "proxy" -d 'Tell programs of the proxy of a hub'
complete -c sockeye -n "__fish_sockeye_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l access-log -d 'Add a line to this file for each session that has ended' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l stats -d 'Say at the end how much has moved; SIGUSR1 asks in between'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l hex -d 'Show the bytes as they pass, in hexadecimal'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l text -d 'Show the bytes as they pass, as text'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l max-conns -d 'Serve at most so many connections at once' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l drain -d 'When told to stop, let connections finish for so long' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l access-log -d 'Add a line to this file for each session that has ended' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l once -d 'Serve one connection, then exit with its result'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l keep -d 'Where - would serve one connection only, serve the next when it has closed'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l open -d 'Let everybody through a proxy who can reach it, also from other machines'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l stats -d 'Say at the end how much has moved; SIGUSR1 asks in between'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l hex -d 'Show the bytes as they pass, in hexadecimal'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l text -d 'Show the bytes as they pass, as text'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l drain -d 'When told to stop, let the two finish for so long' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l access-log -d 'Add a line to this file for each session that has ended' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l keep -d 'When the two have ended, wait for the next ones'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l stats -d 'Say at the end how much has moved; SIGUSR1 asks in between'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l hex -d 'Show the bytes as they pass, in hexadecimal'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l text -d 'Show the bytes as they pass, as text'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand relay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -l wait -d 'Try again until it answers, for so long [default: try once, for at most 10s]' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand completions" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand generate" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l config -d 'The configuration, - for standard input; without one: all that is in this version, for this machine only' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l data -d 'Where the hub keeps what it knows [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l port-base -d 'Without a configuration: the first port; 0 lets the system choose' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l drain -d 'When told to stop, let sessions finish for so long [default: 10s]. After another hub has taken over, so long too, and without this flag until they have ended' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l takeover -d 'Take over from the hub that runs on the data directory: nobody who comes is turned away, relays live on in the old process, chat clients come again'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l check -d 'Check the configuration and open nothing'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l example-config -d 'Print a configuration to start from'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand serve" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "add" -d 'Add an account; its password is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "list" -d 'List all accounts and what they may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "remove" -d 'Remove an account'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "passwd" -d 'Set another password; it is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "cert" -d 'Certificates that log in to an account, as NickServ\'s CERT manages them'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "allow" -d 'Set what an account may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and not __fish_seen_subcommand_from add list remove passwd cert allow help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l allow -d 'What it may do: chat, files, shell, proxy, admin; of operators kill, ban, rehash, addresses, channels, audit, or the roles moderator and operator' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -f -a "add" -d 'Let a certificate log in'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -f -a "del" -d 'Take a certificate away'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -f -a "list" -d 'List an account\'s certificates'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from cert" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from allow" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add an account; its password is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "list" -d 'List all accounts and what they may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove an account'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "passwd" -d 'Set another password; it is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "cert" -d 'Certificates that log in to an account, as NickServ\'s CERT manages them'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "allow" -d 'Set what an account may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -f -a "add" -d 'Ban; who is connected has to go'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -f -a "list" -d 'List the bans that hold'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -f -a "remove" -d 'Take a ban back'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and not __fish_seen_subcommand_from add list remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l for -d 'For how long: 30m, 12h, 7d; without it until it is removed' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l reason -d 'What they are told' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from help" -f -a "add" -d 'Ban; who is connected has to go'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the bans that hold'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Take a ban back'
complete -c sockeye -n "__fish_sockeye_using_subcommand ban; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l since -d 'From then on: a span before now (30m, 12h, 7d) or a time (2026-01-31T12:00:00.000Z)' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l by -d 'What this account or nick did' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l account -d 'What this account did, and what was done to it' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l last -d 'The last so many rows; all with --since, where it is not given' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l follow -d 'Go on with what comes, until interrupted'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand audit" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -f -a "sessions" -d 'List all sessions'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -f -a "kill" -d 'End a session'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -f -a "backend" -d 'Let a backend of the balancers take sessions or not, until it is told otherwise'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -f -a "reload" -d 'Read the configuration again, as SIGHUP does'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and not __fish_seen_subcommand_from sessions kill backend reload help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from sessions" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from kill" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -a "ready" -d 'It takes sessions'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -a "drain" -d 'It keeps the sessions that it has, and takes no more'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -a "maintenance" -d 'It takes no more sessions, and is not checked'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -a "weight" -d 'It takes another share of the sessions, until its weight in the file is another'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from backend" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from reload" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from help" -f -a "sessions" -d 'List all sessions'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from help" -f -a "kill" -d 'End a session'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from help" -f -a "backend" -d 'Let a backend of the balancers take sessions or not, until it is told otherwise'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from help" -f -a "reload" -d 'Read the configuration again, as SIGHUP does'
complete -c sockeye -n "__fish_sockeye_using_subcommand status; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l replace -d 'Put it in the place of a file that is there'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -f -a "env" -d 'Print what to paste into a shell: eval "$(sockeye proxy env)"'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and not __fish_seen_subcommand_from env help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l account -d 'Log in as this account; the password is asked for, or read from standard input, and stands in what is printed' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l data -d 'The hub\'s data directory [default: the user\'s data directory]' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l config -d 'The hub\'s configuration, where it names the directory' -r -F
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l color -d 'Colour what is said; auto heeds NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l ready-fd -d 'Write `ready` and a newline to this descriptor when ready' -r
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -s q -l quiet -d 'Say nothing but errors'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l json -d 'Report as JSON, one object a line'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -l explain -d 'Tell each step in words, once it has happened'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -s v -l verbose -d 'Tell each step, in detail'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from env" -s h -l help -d 'Print help'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from help" -f -a "env" -d 'Print what to paste into a shell: eval "$(sockeye proxy env)"'
complete -c sockeye -n "__fish_sockeye_using_subcommand proxy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "connect" -d 'Connect standard input and output to an endpoint'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "listen" -d 'Accept connections and join each with another endpoint or a service'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "relay" -d 'Join two endpoints; one whose scheme ends in -l (tcp-l://) waits for a connection'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "probe" -d 'Ask whether an endpoint answers, or wait until it does'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "explain" -d 'Show what endpoints mean, with every default; opens nothing'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "completions" -d 'Print what a shell needs to complete the command line'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "generate" -d 'Write the manual pages, the reference and the completions into a folder'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "serve" -d 'Run a hub: one process that serves many people, with accounts and a store'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "account" -d 'Manage the accounts of a hub, running or not'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "ban" -d 'Keep somebody out of a hub, running or not'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "audit" -d 'Show who did what on a hub, running or not: bans, kills, changes of accounts, failed logins'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "status" -d 'Show how a running hub is doing'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "backup" -d 'Copy what a hub keeps into one file, while it runs or not'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "proxy" -d 'Tell programs of the proxy of a hub'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and not __fish_seen_subcommand_from connect listen relay probe explain completions generate serve account ban audit status backup proxy help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "add" -d 'Add an account; its password is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "list" -d 'List all accounts and what they may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "remove" -d 'Remove an account'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "passwd" -d 'Set another password; it is asked for, or read from standard input'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "cert" -d 'Certificates that log in to an account, as NickServ\'s CERT manages them'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "allow" -d 'Set what an account may do'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from ban" -f -a "add" -d 'Ban; who is connected has to go'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from ban" -f -a "list" -d 'List the bans that hold'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from ban" -f -a "remove" -d 'Take a ban back'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from status" -f -a "sessions" -d 'List all sessions'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from status" -f -a "kill" -d 'End a session'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from status" -f -a "backend" -d 'Let a backend of the balancers take sessions or not, until it is told otherwise'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from status" -f -a "reload" -d 'Read the configuration again, as SIGHUP does'
complete -c sockeye -n "__fish_sockeye_using_subcommand help; and __fish_seen_subcommand_from proxy" -f -a "env" -d 'Print what to paste into a shell: eval "$(sockeye proxy env)"'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '-' -d 'standard input and output'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'tcp://' -d 'TCP'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'tcp4://' -d 'TCP over IPv4 only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'tcp6://' -d 'TCP over IPv6 only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'udp://' -d 'UDP, a session for each peer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'unix:' -d 'a Unix stream socket; a leading @ makes its name abstract'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'unix-dgram:' -d 'a Unix datagram socket, a session for each peer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'unix-seqpacket:' -d 'a Unix socket of whole messages in order'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'exec:' -d 'a program\'s standard input and output'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'file:' -d 'a file, read only without +file'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'sh:' -d 'a shell command\'s standard input and output'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'fd:' -d 'a descriptor of the parent process, by number or by its name in LISTEN_FDNAMES'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'mem:' -d 'a pair of pipes inside this process, met by name'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'mock:' -d 'a peer played by a script of expect, send, pause, close and reset'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'tls://' -d 'TLS over TCP, short for tcp:// +tls'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'ws://' -d 'WebSocket over TCP, short for tcp:// +ws'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'wss://' -d 'WebSocket over TLS, short for tcp:// +tls +ws'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'echo:' -d 'sends back what it gets'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'upper:' -d 'sends it back in upper case'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'hello:' -d 'greets and closes'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'chat:' -d 'chat (IRC), in serve only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'page:' -d 'the hub\'s pages (HTTP), in serve only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'discard:' -d 'reads and answers nothing (RFC 863)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'chargen:' -d 'sends characters without end (RFC 864)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'daytime:' -d 'sends the time (RFC 867)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'broadcast:' -d 'sends what one sends to all others'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'socks:' -d 'a SOCKS proxy (RFC 1928), in listen only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'http-proxy:' -d 'an HTTP proxy (RFC 9110), in listen only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'proxy:' -d 'a SOCKS and HTTP proxy in one, in listen only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a 'balance:' -d 'joins each connection with one of several endpoints, parted by commas'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp' -d 'how the TCP socket is set up'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,nodelay' -d 'small writes leave at once'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,keepalive=' -d 'silence after which the peer is probed'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,sndbuf=' -d 'the socket\'s send buffer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,rcvbuf=' -d 'the socket\'s receive buffer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,backlog=' -d 'connections that may wait to be accepted'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,reuseaddr' -d 'binds a port whose old connections linger'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,user-timeout=' -d 'how long sent bytes may stay unacknowledged'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,congestion=' -d 'the congestion control algorithm, such as cubic'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,local-port=' -d 'the port to connect from'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,interface=' -d 'the only network interface to use'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,mark=' -d 'the mark of packets for routing and filters'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,tos=' -d 'the type-of-service byte'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,ttl=' -d 'the hop limit'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,fastopen' -d 'the first bytes go with the SYN; connecting waits for them'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,mptcp' -d 'uses several paths at once where the peer does, too'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,resolve=' -d 'the addresses of the host, in place of asking for them'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tcp,opt=' -d 'any socket option by number'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+unix' -d 'how the Unix socket is made'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+unix,mode=' -d 'permissions of the socket file'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+unix,unlink' -d 'removes a socket file that nobody listens at'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+unix,sndbuf=' -d 'the socket\'s send buffer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+unix,opt=' -d 'any socket option by number'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit' -d 'how much a listener takes, and a session moves'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,conns=' -d 'sessions at once'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,per-ip=' -d 'sessions at once from one source (IPv4 address, IPv6 /64)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,connects=' -d 'connections that one source may open at once, and as many more within each window'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,window=' -d 'the time of connects; 30 s if not said'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,rate=' -d 'bytes a second of a session, each way'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,burst=' -d 'bytes that may pass at once after a pause; a tenth of the rate if not said'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+limit,bytes=' -d 'bytes of a session in all, both ways together; more is an error'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+idle' -d 'ends a session in which no byte has moved for a while'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+idle,' -d 'how long without a byte either way'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp' -d 'how the UDP socket is set up'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,sndbuf=' -d 'the socket\'s send buffer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,rcvbuf=' -d 'the socket\'s receive buffer'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,local-port=' -d 'the port to send from'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,interface=' -d 'the only network interface to use'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,mark=' -d 'the mark of packets for routing and filters'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,tos=' -d 'the type-of-service byte'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,ttl=' -d 'the hop limit'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,resolve=' -d 'the addresses of the host, in place of asking for them'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+udp,opt=' -d 'any socket option by number'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+via' -d 'one hop on the way; repeat it for a chain, first hop first'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+via,' -d 'the proxy, and who asks it'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+retry' -d 'tries again when opening does not succeed'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+retry,' -d 'how many times more, or forever'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+retry,interval=' -d 'the first pause; each is twice the one before, less up to half of it by chance'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+retry,max=' -d 'the longest pause'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+timeout' -d 'ends what takes too long'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+timeout,' -d 'opening it and the whole session, together'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+timeout,connect-timeout=' -d 'one attempt to open it, handshakes included'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+allow' -d 'takes connections from these networks only'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+allow,' -d 'addresses and networks, parted by commas; @FILE has one a line'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+deny' -d 'takes no connections from these networks, allowed or not'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+deny,' -d 'addresses and networks, parted by commas; @FILE has one a line'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+file' -d 'how the file is opened'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+file,create' -d 'writes, and makes the file where there is none'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+file,truncate' -d 'writes, and empties the file first'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+file,append' -d 'writes at the end'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+file,offset=' -d 'where to start'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls' -d 'encrypts and verifies (TLS, RFC 8446)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,sni=' -d 'the name to ask for and verify, if it is not the host\'s'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,cacert=' -d 'file of the authorities to trust in place of the system\'s'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,cert=' -d 'file with the own certificate and its chain'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,key=' -d 'file with the own private key, if it is not in the same one'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,client=' -d 'whether the peer shows a certificate'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,client-ca=' -d 'file of the authorities that sign peers\' certificates'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,alpn=' -d 'protocols to agree on, best first'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,min=' -d 'the lowest version'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,max=' -d 'the highest version'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,pin=' -d 'trusts this certificate, or this public key, and no other'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,starttls=' -d 'the protocol that switches to TLS'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,insecure' -d 'verifies nothing'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+tls,self-signed' -d 'makes a certificate for this run and says its SHA-256'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws' -d 'WebSocket (RFC 6455)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,path=' -d 'the path to ask for, / if none is written; or the only one to accept'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,header=' -d 'one more line of the request, NAME: VALUE'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,subprotocol=' -d 'the subprotocols to offer or to accept, best first'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,ping=' -d 'silence after which the peer is pinged, and then given up'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,text' -d 'sends text messages'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,binary' -d 'sends binary messages'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,origins=' -d 'the pages from which browsers may connect, or *'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+ws,from=' -d 'the networks of gateways whose X-Forwarded-For is believed; 0.0.0.0 is who has no IP address'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+proxy' -d 'tells or learns the peer\'s address by the PROXY protocol'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+proxy,version=' -d 'the version to send'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+proxy,from=' -d 'the networks whose header is believed; 0.0.0.0 is who has no IP address'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line' -d 'one message a line'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line,delimiter=' -d 'what ends a line, with \n, \0, \x1e and the like'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line,crlf' -d 'CR belongs to the end of a line'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line,escape' -d 'what is not printable is escaped'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line,hex' -d 'lines are hexadecimal'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+line,max=' -d 'the longest line'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+frame' -d 'one message a frame with its length in front'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+frame,size=' -d 'bytes of the length'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+frame,order=' -d 'which byte of the length comes first'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+frame,max=' -d 'the longest message'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+frame,checksum=' -d 'what follows the message'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+zstd' -d 'compresses (Zstandard, RFC 8878)'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+zstd,level=' -d 'how much work is put into it'
complete -c sockeye -n '__fish_seen_subcommand_from connect listen relay probe explain' -a '+zstd,window=' -d 'how far back it looks for the same, and so its memory'
