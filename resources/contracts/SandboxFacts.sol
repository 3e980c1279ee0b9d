// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Stands in for the verifier of proofs and for the committee: what its owner says is a fact is one. There is no
/// proof system in the practice world; everything around it is as it is on the real exchange.
contract SandboxFactRegistry {
    address public immutable owner;
    mapping(bytes32 => bool) private facts;
    bool public hasRegisteredFact;

    event LogMemoryPagesHashes(bytes32 programOutputFact, bytes32[] pagesHashes);

    constructor(address owner_) {
        owner = owner_;
    }

    /// Registering again changes nothing.
    function registerFact(bytes32 fact) external {
        require(msg.sender == owner, "ONLY_OWNER");
        facts[fact] = true;
        hasRegisteredFact = true;
        emit LogMemoryPagesHashes(fact, new bytes32[](0));
    }

    function isValid(bytes32 fact) external view returns (bool) {
        return facts[fact];
    }
}

/// What the exchange asks: turns its facts into those of one program, and asks the registry for them.
contract SandboxVerifierAdapter {
    SandboxFactRegistry public immutable gpsContract;
    uint256 public immutable programHash;

    constructor(SandboxFactRegistry registry, uint256 program) {
        gpsContract = registry;
        programHash = program;
    }

    function isValid(bytes32 fact) external view returns (bool) {
        return gpsContract.isValid(keccak256(abi.encode(programHash, fact)));
    }

    function identify() external pure returns (string memory) {
        return "Ashore_SandboxVerifierAdapter_1";
    }
}
