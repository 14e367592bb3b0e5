// A person at the JavaScript library `irc-framework`: does what each line read says, writes a line an
// event. What the server marks a message with comes after a bar.
//
// framework_of_npm.js HOST PORT NICK PASSWORD

'use strict';

const readline = require('readline');
const { Client } = require('irc-framework');

const [host, port, nick, password] = process.argv.slice(2);
const person = new Client();
const tell = (...words) => console.log(...words);

function obey(line) {
    const [verb, ...words] = line.split(' ');
    const [target, ...rest] = words;
    const commands = {
        join: () => person.join(target),
        say: () => person.say(target, rest.join(' ')),
        topic: () => person.setTopic(target, rest.join(' ')),
        mode: () => person.raw('MODE', target, ...rest),
        kick: () => person.raw('KICK', target, rest[0], rest.slice(1).join(' ')),
        part: () => person.part(target, rest.join(' ')),
        quit: () => person.quit(words.join(' ')),
        typing: () => person.tagmsg(target, { '+typing': rest[0] }),
        label: () => person.raw(`@label=${target} ${rest.join(' ')}`),
    };
    commands[verb]();
}

// The marks of a message, as far as they can be foretold.
function marks(event) {
    const { time, msgid, account } = event.tags;
    const age = Math.abs(Date.now() - event.time);
    const marked = [
        account && `account=${account}`,
        msgid && 'msgid',
        time && age < 3600 * 1000 && 'time',
        event.tags['+typing'] && `typing=${event.tags['+typing']}`,
    ];
    return marked.filter(Boolean).join(' ');
}

person.requestCap(['labeled-response']);
person.on('registered', () => {
    tell('registered');
    readline.createInterface({ input: process.stdin }).on('line', obey);
});
person.on('loggedin', () => tell('loggedin'));
person.on('account', (event) => tell('account', event.nick, event.account));
person.on('join', (event) => tell('join', event.nick, event.channel));
person.on('privmsg', (event) =>
    tell('message', event.nick, event.target, event.message, '|', marks(event)));
person.on('tagmsg', (event) => tell('tagmsg', event.nick, event.target, '|', marks(event)));
person.on('topic', (event) => tell('topic', event.nick || 'server', event.channel, event.topic));
person.on('mode', (event) => {
    for (const { mode, param } of event.modes) {
        tell('mode', event.nick, event.target, mode, param);
    }
});
person.on('kick', (event) => tell('kick', event.nick, event.channel, event.kicked, event.message));
person.on('part', (event) => tell('part', event.nick, event.channel, event.message));
person.on('quit', (event) => tell('quit', event.nick, event.message));
person.on('whois', (event) => tell('whois', event.nick, 'logged in as', event.account));
person.on('raw', ({ from_server, line }) => {
    const labelled = from_server && /^@(?:\S*;)?(label=[^; ]+)\S* :\S+ (.*)/.exec(line);
    if (labelled) {
        tell('labelled', labelled[1], labelled[2]);
    }
});
person.on('sasl failed', (event) => {
    console.error('the login failed:', event.reason);
    process.exit(1);
});
person.on('close', () => process.exit(0));
person.connect({
    host,
    port: Number(port),
    nick,
    auto_reconnect: false,
    enable_echomessage: true,
    account: { account: nick, password },
});
