// Reddio's own client, led by lines of JSON: the first names the API, the node, the contract and an Ethereum key; each
// further one a method of the client and its arguments. It answers each with a line of JSON, and ends when its input does.
const readline = require('readline');
const { createRequire } = require('module');

// The library prints where the answers go.
console.log = console.info = console.warn = console.error;

const load = createRequire(process.argv[2] + '/');
const { Reddio } = load('@reddio.com/js');
const { ethers } = load('ethers');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
let reddio = null;

function begin({ api, rpc, contract, ethereumKey }) {
	const provider = new ethers.providers.JsonRpcProvider(rpc);
	// The client asks its provider for who signs; a browser's wallet would be there.
	provider.getSigner = () => new ethers.Wallet(ethereumKey, provider);
	reddio = new Reddio({ provider, env: 'test' });
	reddio.request.defaults.baseURL = api;
	reddio.contractAddress = contract;
	return { ready: true };
}

async function ask({ group, method, args }) {
	const answer = await reddio[group][method](args);
	if (answer && answer.data !== undefined && answer.status !== undefined && answer.headers) return answer.data;
	if (answer && typeof answer.wait === 'function') return { hash: answer.hash };
	return answer;
}

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', async (line) => {
	try {
		const asked = JSON.parse(line);
		say(reddio === null ? begin(asked) : await ask(asked));
	} catch (error) {
		say({ thrown: String(error).slice(0, 500) });
	}
});
lines.on('close', () => process.exit(0));
