// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ZkLinkBase} from "./ZkLinkBase.sol";
import {ZkLinkStorage} from "./ZkLinkStorage.sol";

/// The practice network's zkLink X contract of a slave chain, where nothing is proven.
///
/// Only layer-2 blocks that touch this chain are committed here, so that the counters of committed and executed blocks
/// count a sequence of their own; events and the counter of synchronized blocks carry layer-2 block numbers.
contract ZkLinkSecondary is ZkLinkBase {
    struct StoredBlockInfo {
        uint32 blockNumber;
        uint32 blockSequence;
        uint64 priorityOperations;
        bytes32 pendingOnchainOperationsHash;
        bytes32 syncHash;
    }

    struct CommitBlockInfo {
        bytes32 newStateHash;
        bytes publicData;
        OnchainOperationData[] onchainOperations;
        uint32 blockNumber;
    }

    struct ExecuteBlockInfo {
        StoredBlockInfo storedBlock;
        bytes[] pendingOnchainOpsPubdata;
    }

    event SendSlaverSyncHash(bytes32 syncHash);

    /// The history before is taken as executed: neither blocks nor the sequence need to count from 1.
    constructor(uint8 chainId, uint32 genesisBlock, uint32 genesisSequence) ZkLinkStorage(chainId) {
        totalBlocksCommitted = genesisSequence;
        totalBlocksExecuted = genesisSequence;
        totalBlocksSynchronized = genesisBlock;
        storedBlockHashes[genesisSequence] = _hashStored(
            StoredBlockInfo(genesisBlock, genesisSequence, 0, EMPTY_STRING_KECCAK, EMPTY_STRING_KECCAK)
        );
    }

    function commitCompressedBlocks(StoredBlockInfo memory last, CommitBlockInfo[] memory fresh)
        external
        active
        onlyValidator
        nonReentrant
    {
        require(fresh.length > 0, "f0");
        require(storedBlockHashes[totalBlocksCommitted] == _hashStored(last), "f1");
        for (uint256 i = 0; i < fresh.length; ++i) {
            last = _commitOne(last, fresh[i]);
            storedBlockHashes[last.blockSequence] = _hashStored(last);
        }
        totalBlocksCommitted += uint32(fresh.length);
        emit BlockCommit(last.blockNumber); // of a batch only its last block, as on the real chain
    }

    /// On the real chain this pays the bridge, which takes the hash to the master chain.
    function sendSyncHash(StoredBlockInfo memory stored) external payable onlyValidator nonReentrant {
        require(stored.blockNumber > totalBlocksSynchronized, "j0");
        require(_hashStored(stored) == storedBlockHashes[stored.blockSequence], "j1");
        emit SendSlaverSyncHash(stored.syncHash);
    }

    /// The bridge brings the master chain's word that a block is proven and every chain agrees on it.
    function receiveBlockConfirmation(uint32 blockNumber) external onlySyncService {
        if (blockNumber > totalBlocksSynchronized) {
            totalBlocksSynchronized = blockNumber;
            emit BlockSynced(blockNumber);
        }
    }

    function executeCompressedBlocks(ExecuteBlockInfo[] memory blocks) external active onlyValidator nonReentrant {
        require(blocks.length > 0, "d0");
        uint32 last = blocks[blocks.length - 1].storedBlock.blockNumber;
        require(last <= totalBlocksSynchronized, "d1");
        uint32 executed = totalBlocksExecuted;
        for (uint256 i = 0; i < blocks.length; ++i) {
            ++executed;
            StoredBlockInfo memory stored = blocks[i].storedBlock;
            require(stored.blockSequence == executed, "d2");
            require(_hashStored(stored) == storedBlockHashes[executed], "m0");
            bytes32 operationsHash = _executeOperations(blocks[i].pendingOnchainOpsPubdata);
            require(operationsHash == stored.pendingOnchainOperationsHash, "m3");
        }
        totalBlocksExecuted = executed;
        emit BlockExecuted(last);
    }

    /// Takes back committed blocks that were not executed, the newest first, down to `latestCommitted`.
    function revertBlocks(StoredBlockInfo memory latestCommitted, StoredBlockInfo[] memory blocks)
        external
        onlyValidator
        nonReentrant
    {
        uint32 committed = totalBlocksCommitted;
        for (uint256 i = 0; i < blocks.length && committed > totalBlocksExecuted; ++i) {
            require(storedBlockHashes[committed] == _hashStored(blocks[i]), "c");
            delete storedBlockHashes[committed--];
        }
        require(storedBlockHashes[committed] == _hashStored(latestCommitted), "c1");
        totalBlocksCommitted = committed;
        if (latestCommitted.blockNumber < totalBlocksSynchronized) {
            totalBlocksSynchronized = latestCommitted.blockNumber;
        }
        emit BlocksRevert(totalBlocksExecuted, committed);
    }

    function _commitOne(StoredBlockInfo memory previous, CommitBlockInfo memory fresh)
        private
        pure
        returns (StoredBlockInfo memory)
    {
        require(fresh.blockNumber > previous.blockNumber, "g0");
        bytes memory data = fresh.publicData;
        require(data.length % CHUNK_BYTES == 0, "h0");
        bytes32 operationsHash = EMPTY_STRING_KECCAK;
        for (uint256 i = 0; i < fresh.onchainOperations.length; ++i) {
            uint256 offset = fresh.onchainOperations[i].publicDataOffset;
            require(offset + 1 < data.length, "h1");
            require(offset % CHUNK_BYTES == 0, "h2");
            require(uint8(data[offset]) == OP_WITHDRAW, "k2");
            operationsHash = keccak256(abi.encodePacked(operationsHash, _slice(data, offset, WITHDRAW_BYTES)));
        }
        bytes32 syncHash = _syncHash(previous.syncHash, fresh.blockNumber, fresh.newStateHash, operationsHash);
        // Withdrawals are all that is known here, and each of them is paid: both hashes are over the same operations.
        return StoredBlockInfo(fresh.blockNumber, previous.blockSequence + 1, 0, operationsHash, syncHash);
    }

    function _hashStored(StoredBlockInfo memory stored) private pure returns (bytes32) {
        return keccak256(abi.encode(stored));
    }
}
