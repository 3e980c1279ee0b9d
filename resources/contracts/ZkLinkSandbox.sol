// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ZkLinkBase} from "./ZkLinkBase.sol";
import {ZkLinkStorage} from "./ZkLinkStorage.sol";

/// The practice network's zkLink X contract of the master chain, where blocks are proven.
///
/// There is no circuit: proveBlocks checks the public inputs only.
contract ZkLinkSandbox is ZkLinkBase {
    struct SyncHash {
        uint8 chainId;
        bytes32 syncHash;
    }

    struct StoredBlockInfo {
        uint32 blockNumber;
        uint64 priorityOperations;
        bytes32 pendingOnchainOperationsHash;
        uint256 timestamp;
        bytes32 stateHash;
        bytes32 commitment;
        SyncHash[] syncHashs;
    }

    struct CommitBlockInfo {
        bytes32 newStateHash;
        bytes publicData;
        uint256 timestamp;
        OnchainOperationData[] onchainOperations;
        uint32 blockNumber;
    }

    struct ExecuteBlockInfo {
        StoredBlockInfo storedBlock;
        bytes[] pendingOnchainOpsPubdata;
    }

    struct ProofInput {
        uint256[] recursiveInput;
        uint256[] proof;
        uint256[] commitments;
        uint8[] vkIndexes;
        uint256[16] subproofsLimbs;
    }

    event ReceiveSlaverSyncHash(uint8 chainId, bytes32 syncHash);

    uint256 internal constant INPUT_MASK = (1 << 253) - 1;

    /// The history before `genesisBlock` is taken as executed: practice blocks need not count from 1.
    constructor(uint32 genesisBlock, bytes32 genesisStateHash) ZkLinkStorage(MASTER_CHAIN_ID) {
        totalBlocksCommitted = genesisBlock;
        totalBlocksProven = genesisBlock;
        totalBlocksSynchronized = genesisBlock;
        totalBlocksExecuted = genesisBlock;
        storedBlockHashes[genesisBlock] = _hashStored(
            StoredBlockInfo(
                genesisBlock, 0, EMPTY_STRING_KECCAK, 0, genesisStateHash, bytes32(0), new SyncHash[](0)
            )
        );
    }

    // ----------------------------------------------------------------------------------------------- blocks

    function commitBlocks(StoredBlockInfo memory last, CommitBlockInfo[] memory fresh)
        external
        active
        onlyValidator
        nonReentrant
    {
        require(fresh.length > 0, "f0");
        require(storedBlockHashes[totalBlocksCommitted] == _hashStored(last), "f1");
        for (uint256 i = 0; i < fresh.length; ++i) {
            last = _commitOne(last, fresh[i]);
            storedBlockHashes[last.blockNumber] = _hashStored(last);
        }
        totalBlocksCommitted += uint32(fresh.length);
        emit BlockCommit(last.blockNumber); // of a batch only its last block, as on the real chain
    }

    function proveBlocks(StoredBlockInfo[] memory committed, ProofInput memory proof) external nonReentrant {
        uint32 proven = totalBlocksProven;
        for (uint256 i = 0; i < committed.length; ++i) {
            ++proven;
            require(_hashStored(committed[i]) == storedBlockHashes[proven], "x0");
            require(proof.commitments[i] & INPUT_MASK == uint256(committed[i].commitment) & INPUT_MASK, "x1");
        }
        require(proven <= totalBlocksCommitted, "x3");
        totalBlocksProven = proven;
        emit BlockProven(proven);
    }

    /// The bridge brings what another chain has chained of its own operations.
    function receiveSyncHash(uint8 chainId, bytes32 syncHash) external onlySyncService {
        synchronizedChains[chainId] = syncHash;
        emit ReceiveSlaverSyncHash(chainId, syncHash);
    }

    /// Whether a block is proven and every other chain has told the sync hash that it has there.
    function isBlockConfirmable(StoredBlockInfo memory stored) public view returns (bool) {
        uint32 number = stored.blockNumber;
        if (number <= totalBlocksSynchronized || number > totalBlocksProven) return false;
        if (_hashStored(stored) != storedBlockHashes[number]) return false;
        for (uint256 i = 0; i < stored.syncHashs.length; ++i) {
            bytes32 told = synchronizedChains[stored.syncHashs[i].chainId];
            if (told == bytes32(0)) told = EMPTY_STRING_KECCAK;
            if (told != stored.syncHashs[i].syncHash) return false;
        }
        return true;
    }

    /// On the real chain this also pays the bridges for taking the confirmation to every other chain.
    function confirmBlock(StoredBlockInfo memory stored) external payable onlyValidator nonReentrant {
        require(isBlockConfirmable(stored), "n0");
        totalBlocksSynchronized = stored.blockNumber;
        emit BlockSynced(stored.blockNumber);
    }

    function executeBlocks(ExecuteBlockInfo[] memory blocks) external active onlyValidator nonReentrant {
        require(blocks.length > 0, "d0");
        uint32 executed = totalBlocksExecuted;
        require(executed + blocks.length <= totalBlocksSynchronized, "d1");
        for (uint256 i = 0; i < blocks.length; ++i) {
            ++executed;
            require(blocks[i].storedBlock.blockNumber == executed, "d2");
            _executeOne(blocks[i]);
        }
        totalBlocksExecuted = executed;
        emit BlockExecuted(executed);
    }

    /// Takes back committed blocks that were not executed, the newest first.
    function revertBlocks(StoredBlockInfo[] memory blocks) external onlyValidator nonReentrant {
        uint32 committed = totalBlocksCommitted;
        for (uint256 i = 0; i < blocks.length && committed > totalBlocksExecuted; ++i) {
            require(storedBlockHashes[committed] == _hashStored(blocks[i]), "c");
            delete storedBlockHashes[committed--];
        }
        totalBlocksCommitted = committed;
        if (totalBlocksProven > committed) totalBlocksProven = committed;
        if (totalBlocksSynchronized > committed) totalBlocksSynchronized = committed;
        emit BlocksRevert(totalBlocksExecuted, committed);
    }

    function _commitOne(StoredBlockInfo memory previous, CommitBlockInfo memory fresh)
        private
        view
        returns (StoredBlockInfo memory)
    {
        require(fresh.blockNumber == previous.blockNumber + 1, "g0");
        require(fresh.timestamp >= previous.timestamp, "g2");
        (bytes32 operationsHash, bytes32[] memory others, bytes memory offsets) = _collectOnchainOperations(fresh);
        bytes32 commitment = sha256(
            abi.encodePacked(
                uint256(fresh.blockNumber),
                uint256(0), // the fee account
                previous.stateHash,
                fresh.newStateHash,
                fresh.timestamp,
                sha256(fresh.publicData),
                sha256(offsets)
            )
        );
        SyncHash[] memory syncHashs = _chainSyncHashs(previous.syncHashs, fresh, others);
        return StoredBlockInfo(
            fresh.blockNumber, 0, operationsHash, fresh.timestamp, fresh.newStateHash, commitment, syncHashs
        );
    }

    /// Operations of other chains are chained per chain, in the order of `otherChains`; those of this one are paid here.
    function _collectOnchainOperations(CommitBlockInfo memory fresh)
        private
        view
        returns (bytes32 operationsHash, bytes32[] memory others, bytes memory offsets)
    {
        bytes memory data = fresh.publicData;
        require(data.length % CHUNK_BYTES == 0, "h0");
        offsets = new bytes(data.length / CHUNK_BYTES);
        operationsHash = EMPTY_STRING_KECCAK;
        others = new bytes32[](otherChains.length);
        for (uint256 i = 0; i < others.length; ++i) {
            others[i] = EMPTY_STRING_KECCAK;
        }
        for (uint256 i = 0; i < fresh.onchainOperations.length; ++i) {
            uint256 offset = fresh.onchainOperations[i].publicDataOffset;
            require(offset + 1 < data.length, "h1");
            require(offset % CHUNK_BYTES == 0, "h2");
            require(offsets[offset / CHUNK_BYTES] == 0x00, "h3");
            offsets[offset / CHUNK_BYTES] = 0x01;
            uint8 chainId = uint8(data[offset + 1]);
            uint256 order = chainId == CHAIN_ID ? 0 : _orderOf(chainId);
            require(uint8(data[offset]) == OP_WITHDRAW, "k2");
            bytes memory operation = _slice(data, offset, WITHDRAW_BYTES);
            if (chainId == CHAIN_ID) {
                operationsHash = keccak256(abi.encodePacked(operationsHash, operation));
            } else {
                others[order] = keccak256(abi.encodePacked(others[order], operation));
            }
        }
    }

    function _orderOf(uint8 chainId) private view returns (uint256) {
        for (uint256 i = 0; i < otherChains.length; ++i) {
            if (otherChains[i] == chainId) return i;
        }
        revert("i2");
    }

    /// A chain without operations in a block keeps its sync hash.
    function _chainSyncHashs(SyncHash[] memory previous, CommitBlockInfo memory fresh, bytes32[] memory others)
        private
        view
        returns (SyncHash[] memory syncHashs)
    {
        syncHashs = new SyncHash[](others.length);
        for (uint256 i = 0; i < others.length; ++i) {
            bytes32 hash = EMPTY_STRING_KECCAK;
            for (uint256 j = 0; j < previous.length; ++j) {
                if (previous[j].chainId == otherChains[i]) hash = previous[j].syncHash;
            }
            if (others[i] != EMPTY_STRING_KECCAK) {
                hash = _syncHash(hash, fresh.blockNumber, fresh.newStateHash, others[i]);
            }
            syncHashs[i] = SyncHash(otherChains[i], hash);
        }
    }

    function _executeOne(ExecuteBlockInfo memory info) private {
        StoredBlockInfo memory stored = info.storedBlock;
        require(_hashStored(stored) == storedBlockHashes[stored.blockNumber], "m0");
        bytes32 operationsHash = _executeOperations(info.pendingOnchainOpsPubdata);
        require(operationsHash == stored.pendingOnchainOperationsHash, "m3");
    }

    function _hashStored(StoredBlockInfo memory stored) private pure returns (bytes32) {
        return keccak256(abi.encode(stored));
    }
}
