
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'sockeye' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'sockeye'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'sockeye' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect standard input and output to an endpoint')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Accept connections and join each with another endpoint or a service')
            [CompletionResult]::new('relay', 'relay', [CompletionResultType]::ParameterValue, 'Join two endpoints; one whose scheme ends in -l (tcp-l://) waits for a connection')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Ask whether an endpoint answers, or wait until it does')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show what endpoints mean, with every default; opens nothing')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell needs to complete the command line')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Write the manual pages, the reference and the completions into a folder')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a hub: one process that serves many people, with accounts and a store')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Manage the accounts of a hub, running or not')
            [CompletionResult]::new('ban', 'ban', [CompletionResultType]::ParameterValue, 'Keep somebody out of a hub, running or not')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who did what on a hub, running or not: bans, kills, changes of accounts, failed logins')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show how a running hub is doing')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy what a hub keeps into one file, while it runs or not')
            [CompletionResult]::new('proxy', 'proxy', [CompletionResultType]::ParameterValue, 'Tell programs of the proxy of a hub')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;connect' {
            [CompletionResult]::new('--access-log', '--access-log', [CompletionResultType]::ParameterName, 'Add a line to this file for each session that has ended')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say at the end how much has moved; SIGUSR1 asks in between')
            [CompletionResult]::new('--hex', '--hex', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, in hexadecimal')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, as text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;listen' {
            [CompletionResult]::new('--max-conns', '--max-conns', [CompletionResultType]::ParameterName, 'Serve at most so many connections at once')
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'When told to stop, let connections finish for so long')
            [CompletionResult]::new('--access-log', '--access-log', [CompletionResultType]::ParameterName, 'Add a line to this file for each session that has ended')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'Serve one connection, then exit with its result')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Where - would serve one connection only, serve the next when it has closed')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Let everybody through a proxy who can reach it, also from other machines')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say at the end how much has moved; SIGUSR1 asks in between')
            [CompletionResult]::new('--hex', '--hex', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, in hexadecimal')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, as text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;relay' {
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'When told to stop, let the two finish for so long')
            [CompletionResult]::new('--access-log', '--access-log', [CompletionResultType]::ParameterName, 'Add a line to this file for each session that has ended')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'When the two have ended, wait for the next ones')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say at the end how much has moved; SIGUSR1 asks in between')
            [CompletionResult]::new('--hex', '--hex', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, in hexadecimal')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the bytes as they pass, as text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;probe' {
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Try again until it answers, for so long [default: try once, for at most 10s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;explain' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;generate' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;serve' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, - for standard input; without one: all that is in this version, for this machine only')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Where the hub keeps what it knows [default: the user''s data directory]')
            [CompletionResult]::new('--port-base', '--port-base', [CompletionResultType]::ParameterName, 'Without a configuration: the first port; 0 lets the system choose')
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'When told to stop, let sessions finish for so long [default: 10s]. After another hub has taken over, so long too, and without this flag until they have ended')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('--takeover', '--takeover', [CompletionResultType]::ParameterName, 'Take over from the hub that runs on the data directory: nobody who comes is turned away, relays live on in the old process, chat clients come again')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Check the configuration and open nothing')
            [CompletionResult]::new('--example-config', '--example-config', [CompletionResultType]::ParameterName, 'Print a configuration to start from')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an account; its password is asked for, or read from standard input')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all accounts and what they may do')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove an account')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set another password; it is asked for, or read from standard input')
            [CompletionResult]::new('cert', 'cert', [CompletionResultType]::ParameterValue, 'Certificates that log in to an account, as NickServ''s CERT manages them')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Set what an account may do')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;account;add' {
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'What it may do: chat, files, shell, proxy, admin; of operators kill, ban, rehash, addresses, channels, audit, or the roles moderator and operator')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;list' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;remove' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;passwd' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;cert' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Let a certificate log in')
            [CompletionResult]::new('del', 'del', [CompletionResultType]::ParameterValue, 'Take a certificate away')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List an account''s certificates')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;account;cert;add' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;cert;del' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;cert;list' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;cert;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Let a certificate log in')
            [CompletionResult]::new('del', 'del', [CompletionResultType]::ParameterValue, 'Take a certificate away')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List an account''s certificates')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;account;cert;help;add' {
            break
        }
        'sockeye;account;cert;help;del' {
            break
        }
        'sockeye;account;cert;help;list' {
            break
        }
        'sockeye;account;cert;help;help' {
            break
        }
        'sockeye;account;allow' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;account;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an account; its password is asked for, or read from standard input')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all accounts and what they may do')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove an account')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set another password; it is asked for, or read from standard input')
            [CompletionResult]::new('cert', 'cert', [CompletionResultType]::ParameterValue, 'Certificates that log in to an account, as NickServ''s CERT manages them')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Set what an account may do')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;account;help;add' {
            break
        }
        'sockeye;account;help;list' {
            break
        }
        'sockeye;account;help;remove' {
            break
        }
        'sockeye;account;help;passwd' {
            break
        }
        'sockeye;account;help;cert' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Let a certificate log in')
            [CompletionResult]::new('del', 'del', [CompletionResultType]::ParameterValue, 'Take a certificate away')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List an account''s certificates')
            break
        }
        'sockeye;account;help;cert;add' {
            break
        }
        'sockeye;account;help;cert;del' {
            break
        }
        'sockeye;account;help;cert;list' {
            break
        }
        'sockeye;account;help;allow' {
            break
        }
        'sockeye;account;help;help' {
            break
        }
        'sockeye;ban' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Ban; who is connected has to go')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the bans that hold')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a ban back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;ban;add' {
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'For how long: 30m, 12h, 7d; without it until it is removed')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'What they are told')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;ban;list' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;ban;remove' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;ban;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Ban; who is connected has to go')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the bans that hold')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a ban back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;ban;help;add' {
            break
        }
        'sockeye;ban;help;list' {
            break
        }
        'sockeye;ban;help;remove' {
            break
        }
        'sockeye;ban;help;help' {
            break
        }
        'sockeye;audit' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From then on: a span before now (30m, 12h, 7d) or a time (2026-01-31T12:00:00.000Z)')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What this account or nick did')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'What this account did, and what was done to it')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'The last so many rows; all with --since, where it is not given')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with what comes, until interrupted')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'List all sessions')
            [CompletionResult]::new('kill', 'kill', [CompletionResultType]::ParameterValue, 'End a session')
            [CompletionResult]::new('backend', 'backend', [CompletionResultType]::ParameterValue, 'Let a backend of the balancers take sessions or not, until it is told otherwise')
            [CompletionResult]::new('reload', 'reload', [CompletionResultType]::ParameterValue, 'Read the configuration again, as SIGHUP does')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;status;sessions' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;kill' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;backend' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('ready', 'ready', [CompletionResultType]::ParameterValue, 'It takes sessions')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'It keeps the sessions that it has, and takes no more')
            [CompletionResult]::new('maintenance', 'maintenance', [CompletionResultType]::ParameterValue, 'It takes no more sessions, and is not checked')
            [CompletionResult]::new('weight', 'weight', [CompletionResultType]::ParameterValue, 'It takes another share of the sessions, until its weight in the file is another')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;status;backend;ready' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;backend;drain' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;backend;maintenance' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;backend;weight' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;backend;help' {
            [CompletionResult]::new('ready', 'ready', [CompletionResultType]::ParameterValue, 'It takes sessions')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'It keeps the sessions that it has, and takes no more')
            [CompletionResult]::new('maintenance', 'maintenance', [CompletionResultType]::ParameterValue, 'It takes no more sessions, and is not checked')
            [CompletionResult]::new('weight', 'weight', [CompletionResultType]::ParameterValue, 'It takes another share of the sessions, until its weight in the file is another')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;status;backend;help;ready' {
            break
        }
        'sockeye;status;backend;help;drain' {
            break
        }
        'sockeye;status;backend;help;maintenance' {
            break
        }
        'sockeye;status;backend;help;weight' {
            break
        }
        'sockeye;status;backend;help;help' {
            break
        }
        'sockeye;status;reload' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;status;help' {
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'List all sessions')
            [CompletionResult]::new('kill', 'kill', [CompletionResultType]::ParameterValue, 'End a session')
            [CompletionResult]::new('backend', 'backend', [CompletionResultType]::ParameterValue, 'Let a backend of the balancers take sessions or not, until it is told otherwise')
            [CompletionResult]::new('reload', 'reload', [CompletionResultType]::ParameterValue, 'Read the configuration again, as SIGHUP does')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;status;help;sessions' {
            break
        }
        'sockeye;status;help;kill' {
            break
        }
        'sockeye;status;help;backend' {
            [CompletionResult]::new('ready', 'ready', [CompletionResultType]::ParameterValue, 'It takes sessions')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'It keeps the sessions that it has, and takes no more')
            [CompletionResult]::new('maintenance', 'maintenance', [CompletionResultType]::ParameterValue, 'It takes no more sessions, and is not checked')
            [CompletionResult]::new('weight', 'weight', [CompletionResultType]::ParameterValue, 'It takes another share of the sessions, until its weight in the file is another')
            break
        }
        'sockeye;status;help;backend;ready' {
            break
        }
        'sockeye;status;help;backend;drain' {
            break
        }
        'sockeye;status;help;backend;maintenance' {
            break
        }
        'sockeye;status;help;backend;weight' {
            break
        }
        'sockeye;status;help;reload' {
            break
        }
        'sockeye;status;help;help' {
            break
        }
        'sockeye;backup' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Put it in the place of a file that is there')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sockeye;proxy' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Print what to paste into a shell: eval "$(sockeye proxy env)"')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;proxy;env' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Log in as this account; the password is asked for, or read from standard input, and stands in what is printed')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'The hub''s data directory [default: the user''s data directory]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The hub''s configuration, where it names the directory')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour what is said; auto heeds NO_COLOR')
            [CompletionResult]::new('--ready-fd', '--ready-fd', [CompletionResultType]::ParameterName, 'Write `ready` and a newline to this descriptor when ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Report as JSON, one object a line')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step in words, once it has happened')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell each step, in detail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'sockeye;proxy;help' {
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Print what to paste into a shell: eval "$(sockeye proxy env)"')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;proxy;help;env' {
            break
        }
        'sockeye;proxy;help;help' {
            break
        }
        'sockeye;help' {
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect standard input and output to an endpoint')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Accept connections and join each with another endpoint or a service')
            [CompletionResult]::new('relay', 'relay', [CompletionResultType]::ParameterValue, 'Join two endpoints; one whose scheme ends in -l (tcp-l://) waits for a connection')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Ask whether an endpoint answers, or wait until it does')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show what endpoints mean, with every default; opens nothing')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell needs to complete the command line')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Write the manual pages, the reference and the completions into a folder')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a hub: one process that serves many people, with accounts and a store')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Manage the accounts of a hub, running or not')
            [CompletionResult]::new('ban', 'ban', [CompletionResultType]::ParameterValue, 'Keep somebody out of a hub, running or not')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who did what on a hub, running or not: bans, kills, changes of accounts, failed logins')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show how a running hub is doing')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy what a hub keeps into one file, while it runs or not')
            [CompletionResult]::new('proxy', 'proxy', [CompletionResultType]::ParameterValue, 'Tell programs of the proxy of a hub')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sockeye;help;connect' {
            break
        }
        'sockeye;help;listen' {
            break
        }
        'sockeye;help;relay' {
            break
        }
        'sockeye;help;probe' {
            break
        }
        'sockeye;help;explain' {
            break
        }
        'sockeye;help;completions' {
            break
        }
        'sockeye;help;generate' {
            break
        }
        'sockeye;help;serve' {
            break
        }
        'sockeye;help;account' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an account; its password is asked for, or read from standard input')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all accounts and what they may do')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove an account')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set another password; it is asked for, or read from standard input')
            [CompletionResult]::new('cert', 'cert', [CompletionResultType]::ParameterValue, 'Certificates that log in to an account, as NickServ''s CERT manages them')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Set what an account may do')
            break
        }
        'sockeye;help;account;add' {
            break
        }
        'sockeye;help;account;list' {
            break
        }
        'sockeye;help;account;remove' {
            break
        }
        'sockeye;help;account;passwd' {
            break
        }
        'sockeye;help;account;cert' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Let a certificate log in')
            [CompletionResult]::new('del', 'del', [CompletionResultType]::ParameterValue, 'Take a certificate away')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List an account''s certificates')
            break
        }
        'sockeye;help;account;cert;add' {
            break
        }
        'sockeye;help;account;cert;del' {
            break
        }
        'sockeye;help;account;cert;list' {
            break
        }
        'sockeye;help;account;allow' {
            break
        }
        'sockeye;help;ban' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Ban; who is connected has to go')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the bans that hold')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a ban back')
            break
        }
        'sockeye;help;ban;add' {
            break
        }
        'sockeye;help;ban;list' {
            break
        }
        'sockeye;help;ban;remove' {
            break
        }
        'sockeye;help;audit' {
            break
        }
        'sockeye;help;status' {
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'List all sessions')
            [CompletionResult]::new('kill', 'kill', [CompletionResultType]::ParameterValue, 'End a session')
            [CompletionResult]::new('backend', 'backend', [CompletionResultType]::ParameterValue, 'Let a backend of the balancers take sessions or not, until it is told otherwise')
            [CompletionResult]::new('reload', 'reload', [CompletionResultType]::ParameterValue, 'Read the configuration again, as SIGHUP does')
            break
        }
        'sockeye;help;status;sessions' {
            break
        }
        'sockeye;help;status;kill' {
            break
        }
        'sockeye;help;status;backend' {
            [CompletionResult]::new('ready', 'ready', [CompletionResultType]::ParameterValue, 'It takes sessions')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'It keeps the sessions that it has, and takes no more')
            [CompletionResult]::new('maintenance', 'maintenance', [CompletionResultType]::ParameterValue, 'It takes no more sessions, and is not checked')
            [CompletionResult]::new('weight', 'weight', [CompletionResultType]::ParameterValue, 'It takes another share of the sessions, until its weight in the file is another')
            break
        }
        'sockeye;help;status;backend;ready' {
            break
        }
        'sockeye;help;status;backend;drain' {
            break
        }
        'sockeye;help;status;backend;maintenance' {
            break
        }
        'sockeye;help;status;backend;weight' {
            break
        }
        'sockeye;help;status;reload' {
            break
        }
        'sockeye;help;backup' {
            break
        }
        'sockeye;help;proxy' {
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Print what to paste into a shell: eval "$(sockeye proxy env)"')
            break
        }
        'sockeye;help;proxy;env' {
            break
        }
        'sockeye;help;help' {
            break
        }
    })

    if ($command -match '^sockeye;(connect|listen|relay|probe|explain)$') {
        $completions = @($completions) + @(
            [CompletionResult]::new('-', '-', [CompletionResultType]::ParameterValue, 'standard input and output')
            [CompletionResult]::new('tcp://', 'tcp://', [CompletionResultType]::ParameterValue, 'TCP')
            [CompletionResult]::new('tcp4://', 'tcp4://', [CompletionResultType]::ParameterValue, 'TCP over IPv4 only')
            [CompletionResult]::new('tcp6://', 'tcp6://', [CompletionResultType]::ParameterValue, 'TCP over IPv6 only')
            [CompletionResult]::new('udp://', 'udp://', [CompletionResultType]::ParameterValue, 'UDP, a session for each peer')
            [CompletionResult]::new('unix:', 'unix:', [CompletionResultType]::ParameterValue, 'a Unix stream socket; a leading @ makes its name abstract')
            [CompletionResult]::new('unix-dgram:', 'unix-dgram:', [CompletionResultType]::ParameterValue, 'a Unix datagram socket, a session for each peer')
            [CompletionResult]::new('unix-seqpacket:', 'unix-seqpacket:', [CompletionResultType]::ParameterValue, 'a Unix socket of whole messages in order')
            [CompletionResult]::new('exec:', 'exec:', [CompletionResultType]::ParameterValue, 'a program''s standard input and output')
            [CompletionResult]::new('file:', 'file:', [CompletionResultType]::ParameterValue, 'a file, read only without +file')
            [CompletionResult]::new('sh:', 'sh:', [CompletionResultType]::ParameterValue, 'a shell command''s standard input and output')
            [CompletionResult]::new('fd:', 'fd:', [CompletionResultType]::ParameterValue, 'a descriptor of the parent process, by number or by its name in LISTEN_FDNAMES')
            [CompletionResult]::new('mem:', 'mem:', [CompletionResultType]::ParameterValue, 'a pair of pipes inside this process, met by name')
            [CompletionResult]::new('mock:', 'mock:', [CompletionResultType]::ParameterValue, 'a peer played by a script of expect, send, pause, close and reset')
            [CompletionResult]::new('tls://', 'tls://', [CompletionResultType]::ParameterValue, 'TLS over TCP, short for tcp:// +tls')
            [CompletionResult]::new('ws://', 'ws://', [CompletionResultType]::ParameterValue, 'WebSocket over TCP, short for tcp:// +ws')
            [CompletionResult]::new('wss://', 'wss://', [CompletionResultType]::ParameterValue, 'WebSocket over TLS, short for tcp:// +tls +ws')
            [CompletionResult]::new('echo:', 'echo:', [CompletionResultType]::ParameterValue, 'sends back what it gets')
            [CompletionResult]::new('upper:', 'upper:', [CompletionResultType]::ParameterValue, 'sends it back in upper case')
            [CompletionResult]::new('hello:', 'hello:', [CompletionResultType]::ParameterValue, 'greets and closes')
            [CompletionResult]::new('chat:', 'chat:', [CompletionResultType]::ParameterValue, 'chat (IRC), in serve only')
            [CompletionResult]::new('page:', 'page:', [CompletionResultType]::ParameterValue, 'the hub''s pages (HTTP), in serve only')
            [CompletionResult]::new('discard:', 'discard:', [CompletionResultType]::ParameterValue, 'reads and answers nothing (RFC 863)')
            [CompletionResult]::new('chargen:', 'chargen:', [CompletionResultType]::ParameterValue, 'sends characters without end (RFC 864)')
            [CompletionResult]::new('daytime:', 'daytime:', [CompletionResultType]::ParameterValue, 'sends the time (RFC 867)')
            [CompletionResult]::new('broadcast:', 'broadcast:', [CompletionResultType]::ParameterValue, 'sends what one sends to all others')
            [CompletionResult]::new('socks:', 'socks:', [CompletionResultType]::ParameterValue, 'a SOCKS proxy (RFC 1928), in listen only')
            [CompletionResult]::new('http-proxy:', 'http-proxy:', [CompletionResultType]::ParameterValue, 'an HTTP proxy (RFC 9110), in listen only')
            [CompletionResult]::new('proxy:', 'proxy:', [CompletionResultType]::ParameterValue, 'a SOCKS and HTTP proxy in one, in listen only')
            [CompletionResult]::new('balance:', 'balance:', [CompletionResultType]::ParameterValue, 'joins each connection with one of several endpoints, parted by commas')
            [CompletionResult]::new('+tcp', '+tcp', [CompletionResultType]::ParameterValue, 'how the TCP socket is set up')
            [CompletionResult]::new('+tcp,nodelay', '+tcp,nodelay', [CompletionResultType]::ParameterValue, 'small writes leave at once')
            [CompletionResult]::new('+tcp,keepalive=', '+tcp,keepalive=', [CompletionResultType]::ParameterValue, 'silence after which the peer is probed')
            [CompletionResult]::new('+tcp,sndbuf=', '+tcp,sndbuf=', [CompletionResultType]::ParameterValue, 'the socket''s send buffer')
            [CompletionResult]::new('+tcp,rcvbuf=', '+tcp,rcvbuf=', [CompletionResultType]::ParameterValue, 'the socket''s receive buffer')
            [CompletionResult]::new('+tcp,backlog=', '+tcp,backlog=', [CompletionResultType]::ParameterValue, 'connections that may wait to be accepted')
            [CompletionResult]::new('+tcp,reuseaddr', '+tcp,reuseaddr', [CompletionResultType]::ParameterValue, 'binds a port whose old connections linger')
            [CompletionResult]::new('+tcp,user-timeout=', '+tcp,user-timeout=', [CompletionResultType]::ParameterValue, 'how long sent bytes may stay unacknowledged')
            [CompletionResult]::new('+tcp,congestion=', '+tcp,congestion=', [CompletionResultType]::ParameterValue, 'the congestion control algorithm, such as cubic')
            [CompletionResult]::new('+tcp,local-port=', '+tcp,local-port=', [CompletionResultType]::ParameterValue, 'the port to connect from')
            [CompletionResult]::new('+tcp,interface=', '+tcp,interface=', [CompletionResultType]::ParameterValue, 'the only network interface to use')
            [CompletionResult]::new('+tcp,mark=', '+tcp,mark=', [CompletionResultType]::ParameterValue, 'the mark of packets for routing and filters')
            [CompletionResult]::new('+tcp,tos=', '+tcp,tos=', [CompletionResultType]::ParameterValue, 'the type-of-service byte')
            [CompletionResult]::new('+tcp,ttl=', '+tcp,ttl=', [CompletionResultType]::ParameterValue, 'the hop limit')
            [CompletionResult]::new('+tcp,fastopen', '+tcp,fastopen', [CompletionResultType]::ParameterValue, 'the first bytes go with the SYN; connecting waits for them')
            [CompletionResult]::new('+tcp,mptcp', '+tcp,mptcp', [CompletionResultType]::ParameterValue, 'uses several paths at once where the peer does, too')
            [CompletionResult]::new('+tcp,resolve=', '+tcp,resolve=', [CompletionResultType]::ParameterValue, 'the addresses of the host, in place of asking for them')
            [CompletionResult]::new('+tcp,opt=', '+tcp,opt=', [CompletionResultType]::ParameterValue, 'any socket option by number')
            [CompletionResult]::new('+unix', '+unix', [CompletionResultType]::ParameterValue, 'how the Unix socket is made')
            [CompletionResult]::new('+unix,mode=', '+unix,mode=', [CompletionResultType]::ParameterValue, 'permissions of the socket file')
            [CompletionResult]::new('+unix,unlink', '+unix,unlink', [CompletionResultType]::ParameterValue, 'removes a socket file that nobody listens at')
            [CompletionResult]::new('+unix,sndbuf=', '+unix,sndbuf=', [CompletionResultType]::ParameterValue, 'the socket''s send buffer')
            [CompletionResult]::new('+unix,opt=', '+unix,opt=', [CompletionResultType]::ParameterValue, 'any socket option by number')
            [CompletionResult]::new('+limit', '+limit', [CompletionResultType]::ParameterValue, 'how much a listener takes, and a session moves')
            [CompletionResult]::new('+limit,conns=', '+limit,conns=', [CompletionResultType]::ParameterValue, 'sessions at once')
            [CompletionResult]::new('+limit,per-ip=', '+limit,per-ip=', [CompletionResultType]::ParameterValue, 'sessions at once from one source (IPv4 address, IPv6 /64)')
            [CompletionResult]::new('+limit,connects=', '+limit,connects=', [CompletionResultType]::ParameterValue, 'connections that one source may open at once, and as many more within each window')
            [CompletionResult]::new('+limit,window=', '+limit,window=', [CompletionResultType]::ParameterValue, 'the time of connects; 30 s if not said')
            [CompletionResult]::new('+limit,rate=', '+limit,rate=', [CompletionResultType]::ParameterValue, 'bytes a second of a session, each way')
            [CompletionResult]::new('+limit,burst=', '+limit,burst=', [CompletionResultType]::ParameterValue, 'bytes that may pass at once after a pause; a tenth of the rate if not said')
            [CompletionResult]::new('+limit,bytes=', '+limit,bytes=', [CompletionResultType]::ParameterValue, 'bytes of a session in all, both ways together; more is an error')
            [CompletionResult]::new('+idle', '+idle', [CompletionResultType]::ParameterValue, 'ends a session in which no byte has moved for a while')
            [CompletionResult]::new('+idle,', '+idle,', [CompletionResultType]::ParameterValue, 'how long without a byte either way')
            [CompletionResult]::new('+udp', '+udp', [CompletionResultType]::ParameterValue, 'how the UDP socket is set up')
            [CompletionResult]::new('+udp,sndbuf=', '+udp,sndbuf=', [CompletionResultType]::ParameterValue, 'the socket''s send buffer')
            [CompletionResult]::new('+udp,rcvbuf=', '+udp,rcvbuf=', [CompletionResultType]::ParameterValue, 'the socket''s receive buffer')
            [CompletionResult]::new('+udp,local-port=', '+udp,local-port=', [CompletionResultType]::ParameterValue, 'the port to send from')
            [CompletionResult]::new('+udp,interface=', '+udp,interface=', [CompletionResultType]::ParameterValue, 'the only network interface to use')
            [CompletionResult]::new('+udp,mark=', '+udp,mark=', [CompletionResultType]::ParameterValue, 'the mark of packets for routing and filters')
            [CompletionResult]::new('+udp,tos=', '+udp,tos=', [CompletionResultType]::ParameterValue, 'the type-of-service byte')
            [CompletionResult]::new('+udp,ttl=', '+udp,ttl=', [CompletionResultType]::ParameterValue, 'the hop limit')
            [CompletionResult]::new('+udp,resolve=', '+udp,resolve=', [CompletionResultType]::ParameterValue, 'the addresses of the host, in place of asking for them')
            [CompletionResult]::new('+udp,opt=', '+udp,opt=', [CompletionResultType]::ParameterValue, 'any socket option by number')
            [CompletionResult]::new('+via', '+via', [CompletionResultType]::ParameterValue, 'one hop on the way; repeat it for a chain, first hop first')
            [CompletionResult]::new('+via,', '+via,', [CompletionResultType]::ParameterValue, 'the proxy, and who asks it')
            [CompletionResult]::new('+retry', '+retry', [CompletionResultType]::ParameterValue, 'tries again when opening does not succeed')
            [CompletionResult]::new('+retry,', '+retry,', [CompletionResultType]::ParameterValue, 'how many times more, or forever')
            [CompletionResult]::new('+retry,interval=', '+retry,interval=', [CompletionResultType]::ParameterValue, 'the first pause; each is twice the one before, less up to half of it by chance')
            [CompletionResult]::new('+retry,max=', '+retry,max=', [CompletionResultType]::ParameterValue, 'the longest pause')
            [CompletionResult]::new('+timeout', '+timeout', [CompletionResultType]::ParameterValue, 'ends what takes too long')
            [CompletionResult]::new('+timeout,', '+timeout,', [CompletionResultType]::ParameterValue, 'opening it and the whole session, together')
            [CompletionResult]::new('+timeout,connect-timeout=', '+timeout,connect-timeout=', [CompletionResultType]::ParameterValue, 'one attempt to open it, handshakes included')
            [CompletionResult]::new('+allow', '+allow', [CompletionResultType]::ParameterValue, 'takes connections from these networks only')
            [CompletionResult]::new('+allow,', '+allow,', [CompletionResultType]::ParameterValue, 'addresses and networks, parted by commas; @FILE has one a line')
            [CompletionResult]::new('+deny', '+deny', [CompletionResultType]::ParameterValue, 'takes no connections from these networks, allowed or not')
            [CompletionResult]::new('+deny,', '+deny,', [CompletionResultType]::ParameterValue, 'addresses and networks, parted by commas; @FILE has one a line')
            [CompletionResult]::new('+file', '+file', [CompletionResultType]::ParameterValue, 'how the file is opened')
            [CompletionResult]::new('+file,create', '+file,create', [CompletionResultType]::ParameterValue, 'writes, and makes the file where there is none')
            [CompletionResult]::new('+file,truncate', '+file,truncate', [CompletionResultType]::ParameterValue, 'writes, and empties the file first')
            [CompletionResult]::new('+file,append', '+file,append', [CompletionResultType]::ParameterValue, 'writes at the end')
            [CompletionResult]::new('+file,offset=', '+file,offset=', [CompletionResultType]::ParameterValue, 'where to start')
            [CompletionResult]::new('+tls', '+tls', [CompletionResultType]::ParameterValue, 'encrypts and verifies (TLS, RFC 8446)')
            [CompletionResult]::new('+tls,sni=', '+tls,sni=', [CompletionResultType]::ParameterValue, 'the name to ask for and verify, if it is not the host''s')
            [CompletionResult]::new('+tls,cacert=', '+tls,cacert=', [CompletionResultType]::ParameterValue, 'file of the authorities to trust in place of the system''s')
            [CompletionResult]::new('+tls,cert=', '+tls,cert=', [CompletionResultType]::ParameterValue, 'file with the own certificate and its chain')
            [CompletionResult]::new('+tls,key=', '+tls,key=', [CompletionResultType]::ParameterValue, 'file with the own private key, if it is not in the same one')
            [CompletionResult]::new('+tls,client=', '+tls,client=', [CompletionResultType]::ParameterValue, 'whether the peer shows a certificate')
            [CompletionResult]::new('+tls,client-ca=', '+tls,client-ca=', [CompletionResultType]::ParameterValue, 'file of the authorities that sign peers'' certificates')
            [CompletionResult]::new('+tls,alpn=', '+tls,alpn=', [CompletionResultType]::ParameterValue, 'protocols to agree on, best first')
            [CompletionResult]::new('+tls,min=', '+tls,min=', [CompletionResultType]::ParameterValue, 'the lowest version')
            [CompletionResult]::new('+tls,max=', '+tls,max=', [CompletionResultType]::ParameterValue, 'the highest version')
            [CompletionResult]::new('+tls,pin=', '+tls,pin=', [CompletionResultType]::ParameterValue, 'trusts this certificate, or this public key, and no other')
            [CompletionResult]::new('+tls,starttls=', '+tls,starttls=', [CompletionResultType]::ParameterValue, 'the protocol that switches to TLS')
            [CompletionResult]::new('+tls,insecure', '+tls,insecure', [CompletionResultType]::ParameterValue, 'verifies nothing')
            [CompletionResult]::new('+tls,self-signed', '+tls,self-signed', [CompletionResultType]::ParameterValue, 'makes a certificate for this run and says its SHA-256')
            [CompletionResult]::new('+ws', '+ws', [CompletionResultType]::ParameterValue, 'WebSocket (RFC 6455)')
            [CompletionResult]::new('+ws,path=', '+ws,path=', [CompletionResultType]::ParameterValue, 'the path to ask for, / if none is written; or the only one to accept')
            [CompletionResult]::new('+ws,header=', '+ws,header=', [CompletionResultType]::ParameterValue, 'one more line of the request, NAME: VALUE')
            [CompletionResult]::new('+ws,subprotocol=', '+ws,subprotocol=', [CompletionResultType]::ParameterValue, 'the subprotocols to offer or to accept, best first')
            [CompletionResult]::new('+ws,ping=', '+ws,ping=', [CompletionResultType]::ParameterValue, 'silence after which the peer is pinged, and then given up')
            [CompletionResult]::new('+ws,text', '+ws,text', [CompletionResultType]::ParameterValue, 'sends text messages')
            [CompletionResult]::new('+ws,binary', '+ws,binary', [CompletionResultType]::ParameterValue, 'sends binary messages')
            [CompletionResult]::new('+ws,origins=', '+ws,origins=', [CompletionResultType]::ParameterValue, 'the pages from which browsers may connect, or *')
            [CompletionResult]::new('+ws,from=', '+ws,from=', [CompletionResultType]::ParameterValue, 'the networks of gateways whose X-Forwarded-For is believed; 0.0.0.0 is who has no IP address')
            [CompletionResult]::new('+proxy', '+proxy', [CompletionResultType]::ParameterValue, 'tells or learns the peer''s address by the PROXY protocol')
            [CompletionResult]::new('+proxy,version=', '+proxy,version=', [CompletionResultType]::ParameterValue, 'the version to send')
            [CompletionResult]::new('+proxy,from=', '+proxy,from=', [CompletionResultType]::ParameterValue, 'the networks whose header is believed; 0.0.0.0 is who has no IP address')
            [CompletionResult]::new('+line', '+line', [CompletionResultType]::ParameterValue, 'one message a line')
            [CompletionResult]::new('+line,delimiter=', '+line,delimiter=', [CompletionResultType]::ParameterValue, 'what ends a line, with \n, \0, \x1e and the like')
            [CompletionResult]::new('+line,crlf', '+line,crlf', [CompletionResultType]::ParameterValue, 'CR belongs to the end of a line')
            [CompletionResult]::new('+line,escape', '+line,escape', [CompletionResultType]::ParameterValue, 'what is not printable is escaped')
            [CompletionResult]::new('+line,hex', '+line,hex', [CompletionResultType]::ParameterValue, 'lines are hexadecimal')
            [CompletionResult]::new('+line,max=', '+line,max=', [CompletionResultType]::ParameterValue, 'the longest line')
            [CompletionResult]::new('+frame', '+frame', [CompletionResultType]::ParameterValue, 'one message a frame with its length in front')
            [CompletionResult]::new('+frame,size=', '+frame,size=', [CompletionResultType]::ParameterValue, 'bytes of the length')
            [CompletionResult]::new('+frame,order=', '+frame,order=', [CompletionResultType]::ParameterValue, 'which byte of the length comes first')
            [CompletionResult]::new('+frame,max=', '+frame,max=', [CompletionResultType]::ParameterValue, 'the longest message')
            [CompletionResult]::new('+frame,checksum=', '+frame,checksum=', [CompletionResultType]::ParameterValue, 'what follows the message')
            [CompletionResult]::new('+zstd', '+zstd', [CompletionResultType]::ParameterValue, 'compresses (Zstandard, RFC 8878)')
            [CompletionResult]::new('+zstd,level=', '+zstd,level=', [CompletionResultType]::ParameterValue, 'how much work is put into it')
            [CompletionResult]::new('+zstd,window=', '+zstd,window=', [CompletionResultType]::ParameterValue, 'how far back it looks for the same, and so its memory')
        )
    }

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
