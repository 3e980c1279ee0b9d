// Compiles the contracts of this folder to artifacts/<name>.json: ABI, bytecode, selectors, storage layout.
// Run by hand when a contract changes: `SOLC_DIR=<folder of the npm package solc 0.8.37> node compile.js`.
const fs = require('fs')
const path = require('path')
const solc = require(process.env.SOLC_DIR || 'solc')

const WANTED_VERSION = '0.8.37'
if (!solc.version().startsWith(WANTED_VERSION)) throw new Error(`solc ${WANTED_VERSION} is needed, not ${solc.version()}`)

const names = fs.readdirSync(__dirname).filter((name) => name.endsWith('.sol')).sort()
const sources = {}
for (const name of names) sources[name] = { content: fs.readFileSync(path.join(__dirname, name), 'utf8') }

const wanted = ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.methodIdentifiers', 'storageLayout']
const settings = {
  viaIR: true,
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'paris', // runs on every chain, also on those without PUSH0
  metadata: { bytecodeHash: 'none', appendCBOR: false }, // the bytecode depends on the code alone
  outputSelection: { '*': { '*': wanted } },
}
const result = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })))
for (const problem of result.errors || []) console.error(problem.severity, problem.formattedMessage)
if ((result.errors || []).some((problem) => problem.severity === 'error')) process.exit(1)

const target = path.join(__dirname, 'artifacts')
fs.mkdirSync(target, { recursive: true })
for (const unit of Object.values(result.contracts)) {
  for (const [name, contract] of Object.entries(unit)) {
    const code = contract.evm.bytecode.object
    if (!code) continue // an interface
    const layout = contract.storageLayout.storage.map((entry) => ({
      label: entry.label,
      slot: Number(entry.slot),
      offset: entry.offset,
      type: contract.storageLayout.types[entry.type].label,
    }))
    const artifact = {
      contract: name,
      compiler: solc.version(),
      abi: contract.abi,
      bytecode: '0x' + code,
      selectors: contract.evm.methodIdentifiers,
      layout,
    }
    fs.writeFileSync(path.join(target, name + '.json'), JSON.stringify(artifact, null, 1) + '\n')
    console.log(name, contract.evm.deployedBytecode.object.length / 2, 'bytes of runtime code')
  }
}
