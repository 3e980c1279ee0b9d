// A withdraw service of npm lnurl, led by lines of JSON: the first has the server's options, each further one the
// parameters of a link to make. It answers each with a line of JSON, and ends when its input does.
const readline = require('readline');
const { createRequire } = require('module');

// The library prints warnings where the answers go.
console.log = console.info = console.warn = console.error;

const { Server } = createRequire(process.argv[2] + '/')('lnurl');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
let server = null;

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', async (line) => {
	const asked = JSON.parse(line);
	try {
		if (server === null) {
			server = new Server(asked);
			await server.onReady();
			say({ ready: true });
		} else {
			const { uses, ...params } = asked;
			say(await server.generateNewUrl('withdrawRequest', params, { uses }));
		}
	} catch (error) {
		say({ error: String(error) });
	}
});
lines.on('close', () => process.exit(0));
