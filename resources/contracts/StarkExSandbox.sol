// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {StarkCurve} from "./StarkCurve.sol";
import {StarkExTokens} from "./StarkExTokens.sol";

interface IFacts {
    function isValid(bytes32 fact) external view returns (bool);
}

/// The practice exchange: what a wallet can see is as on StarkExchange 4.5 (selectors, events and their order, storage,
/// reasons for refusal, the layout of a state update and its fact). Simpler than the real one: verifiers believe their
/// owner, there are no rollup vaults with data on the chain, no escapes, no removal of anything; the contract is not a
/// proxy; and the governor may freeze and unfreeze at once, so that it can be practised.
contract StarkExSandbox is StarkExTokens, StarkCurve {
    uint256 private constant HEADER = 15;
    uint256 private constant BIAS = 1 << 63;
    address public immutable governor;

    constructor(address operator, uint256 configCode, uint256 firstRoot) {
        governor = msg.sender;
        operators[operator] = true;
        tokenAdmins[msg.sender] = true;
        globalConfigCode = configCode;
        (validiumTreeHeight, rollupTreeHeight, orderTreeHeight) = (31, 31, 251);
        validiumVaultRoot = firstRoot;
    }

    // ---- who may, and who agrees

    function setVerifiers(address[] calldata proofs, address[] calldata availability) external {
        require(msg.sender == governor, "ONLY_GOVERNANCE");
        verifiers.list = proofs;
        availabilityVerifiers.list = availability;
    }

    function getRegisteredVerifiers() external view returns (address[] memory) {
        return verifiers.list;
    }

    function getRegisteredAvailabilityVerifiers() external view returns (address[] memory) {
        return availabilityVerifiers.list;
    }

    function isOperator(address tested) external view returns (bool) {
        return operators[tested];
    }

    function identify() external pure returns (string memory) {
        return "Ashore_StarkExSandbox_1";
    }

    // ---- keys

    function registerEthAddress(address ethKey, uint256 starkKey, bytes calldata starkSignature) external {
        require(starkKey != 0 && starkKey < FIELD, "INVALID_STARK_KEY");
        require(ethKey != address(0), "INVALID_ETH_ADDRESS");
        require(ethKeys[starkKey] == address(0), "STARK_KEY_UNAVAILABLE");
        require(_isKey(starkKey), "INVALID_STARK_KEY");
        require(starkSignature.length == 96, "INVALID_STARK_SIGNATURE_LENGTH");
        (uint256 r, uint256 s, uint256 y) = abi.decode(starkSignature, (uint256, uint256, uint256));
        uint256 hash = uint256(keccak256(abi.encodePacked("UserRegistration:", ethKey, starkKey))) % ORDER;
        require(_verifies(hash, r, s, starkKey, y), "INVALID_STARK_SIGNATURE");
        ethKeys[starkKey] = ethKey;
        emit LogUserRegistered(ethKey, starkKey, msg.sender);
    }

    // ---- state updates

    function updateState(uint256[] calldata publicInput, uint256[] calldata applicationData)
        external
        notFrozen
        onlyOperator
    {
        require(publicInput.length >= HEADER + 2, "publicInput does not contain all required fields.");
        require(publicInput[0] == globalConfigCode, "CONFIG_CODE_MISMATCH");
        require(publicInput[2] < FIELD, "New validium vault root >= PRIME.");
        require(publicInput[4] < FIELD, "New rollup vault root >= PRIME.");
        require(publicInput[6] < FIELD, "New order root >= PRIME.");
        require(lastBatchId == 0 || applicationData[1] == lastBatchId, "WRONG_PREVIOUS_BATCH_ID");
        require(publicInput[7] < 1 << 22, "Global expiration timestamp is out of range.");
        require(
            publicInput[7] > block.timestamp / 3600,
            "Timestamp of the current block passed the threshold for the transaction batch."
        );
        bytes32 fact = _transitionFact(publicInput);
        emit LogStateTransitionFact(fact);
        _requireFact(verifiers.list, fact, "NO_STATE_TRANSITION_VERIFIERS", "NO_STATE_TRANSITION_PROOF");
        bytes32 available = keccak256(
            abi.encodePacked(publicInput[2], publicInput[8], publicInput[6], publicInput[10], sequenceNumber + 1)
        );
        _requireFact(availabilityVerifiers.list, available, "NO_AVAILABILITY_VERIFIERS", "NO_AVAILABILITY_PROOF");
        _updateRoots(publicInput, applicationData[0]);
        _modify(publicInput);
    }

    function getSequenceNumber() external view returns (uint256) {
        return sequenceNumber;
    }

    function getLastBatchId() external view returns (uint256) {
        return lastBatchId;
    }

    function getValidiumVaultRoot() external view returns (uint256) {
        return validiumVaultRoot;
    }

    function getValidiumTreeHeight() external view returns (uint256) {
        return validiumTreeHeight;
    }

    function getRollupVaultRoot() external view returns (uint256) {
        return rollupVaultRoot;
    }

    function getRollupTreeHeight() external view returns (uint256) {
        return rollupTreeHeight;
    }

    function getOrderRoot() external view returns (uint256) {
        return orderRoot;
    }

    function getOrderTreeHeight() external view returns (uint256) {
        return orderTreeHeight;
    }

    function _transitionFact(uint256[] calldata words) private pure returns (bytes32) {
        uint256 count = words.length - 2;
        bytes32 main = keccak256(abi.encodePacked(words[:count]));
        bytes32 whole = keccak256(abi.encodePacked(main, count, words[count], count + words[count + 1]));
        unchecked {
            return bytes32(uint256(whole) + 1);
        }
    }

    function _requireFact(address[] storage list, bytes32 fact, string memory none, string memory missing)
        private
        view
    {
        require(list.length > 0, none);
        for (uint256 i; i < list.length; ++i) require(IFacts(list[i]).isValid(fact), missing);
    }

    function _updateRoots(uint256[] calldata words, uint256 batchId) private {
        require(words[1] == validiumVaultRoot, "VALIDIUM_VAULT_ROOT_INCORRECT");
        require(words[3] == rollupVaultRoot, "ROLLUP_VAULT_ROOT_INCORRECT");
        require(words[5] == orderRoot, "ORDER_ROOT_INCORRECT");
        require(words[8] == validiumTreeHeight, "VALIDIUM_TREE_HEIGHT_INCORRECT");
        require(words[9] == rollupTreeHeight, "ROLLUP_TREE_HEIGHT_INCORRECT");
        require(words[10] == orderTreeHeight, "ORDER_TREE_HEIGHT_INCORRECT");
        (validiumVaultRoot, rollupVaultRoot, orderRoot) = (words[2], words[4], words[6]);
        ++sequenceNumber;
        lastBatchId = batchId;
        emit LogRootUpdate(sequenceNumber, batchId, validiumVaultRoot, rollupVaultRoot, orderRoot);
    }

    function _modify(uint256[] calldata words) private {
        uint256 count = words[11];
        require(count < 1 << 64, "Invalid number of modifications.");
        require(words[12] == 0 && words[13] == 0 && words[14] == 0, "UNSUPPORTED_IN_PRACTICE");
        require(
            words.length == HEADER + 3 * count + 2, "publicInput size is inconsistent with expected transactions."
        );
        for (uint256 i = HEADER; i < HEADER + 3 * count; i += 3) {
            (uint256 ownerKey, uint256 assetId, uint256 action) = (words[i], words[i + 1], words[i + 2]);
            require(ownerKey < FIELD, "Stark key >= PRIME");
            require(assetId < FIELD, "Asset id >= PRIME");
            require(action >> 129 == 0, "Unsupported modification action field.");
            (uint256 biased, uint256 vaultId) = (uint64(action), uint64(action >> 64));
            if (biased > BIAS) {
                uint256 accepted = biased - BIAS;
                require(pendingDeposits[ownerKey][assetId][vaultId] >= accepted, "DEPOSIT_INSUFFICIENT");
                pendingDeposits[ownerKey][assetId][vaultId] -= accepted;
            } else if (biased < BIAS) {
                _allow(ownerKey, assetId, BIAS - biased);
            }
            if (action >> 128 == 1) delete forcedActionRequests[_requestHash(ownerKey, vaultId)];
        }
    }

    function _allow(uint256 ownerKey, uint256 assetId, uint256 quanta) private {
        uint256 pending = pendingWithdrawals[ownerKey][assetId] += quanta;
        if (registeredAssetType[assetId]) {
            emit LogWithdrawalAllowed(ownerKey, assetId, fromQuantized(assetId, quanta), quanta);
        } else if (assetId == ((assetId & MASK_240) | MINTABLE_FLAG)) {
            emit LogMintableWithdrawalAllowed(ownerKey, assetId, quanta);
        } else {
            require(assetId == assetId & MASK_250, "INVALID_ASSET_ID");
            if (pending <= 1) emit LogNftWithdrawalAllowed(ownerKey, assetId);
            emit LogAssetWithdrawalAllowed(ownerKey, assetId, quanta);
        }
    }

    // ---- demands on the operator, and the end

    function fullWithdrawalRequest(uint256 ownerKey, uint256 vaultId) external notFrozen {
        require(msg.sender == getEthKey(ownerKey), "MISMATCHING_STARK_ETH_KEYS");
        require(vaultId < 1 << 31, "OUT_OF_RANGE_VAULT_ID");
        uint256 inBlock = ++forcedRequestsInBlock[block.number];
        require(inBlock <= MAX_FORCED_ACTIONS_REQS_PER_BLOCK, "MAX_REQUESTS_PER_BLOCK_REACHED");
        bytes32 request = _requestHash(ownerKey, vaultId);
        require(forcedActionRequests[request] == 0, "REQUEST_ALREADY_PENDING");
        forcedActionRequests[request] = block.timestamp;
        emit LogFullWithdrawalRequest(ownerKey, vaultId);
        // A demand costs more than a million gas, so that nobody drowns the operator in them: here by touching memory.
        assembly {
            pop(staticcall(gas(), 4, 0, 660000, 0, 0))
        }
    }

    function getFullWithdrawalRequest(uint256 ownerKey, uint256 vaultId) external view returns (uint256) {
        return forcedActionRequests[_requestHash(ownerKey, vaultId)];
    }

    function freezeRequest(uint256 ownerKey, uint256 vaultId) external notFrozen {
        require(vaultId < 1 << 31, "OUT_OF_RANGE_VAULT_ID");
        uint256 since = forcedActionRequests[_requestHash(ownerKey, vaultId)];
        require(since != 0, "FORCED_ACTION_UNREQUESTED");
        require(block.timestamp >= since + FREEZE_GRACE_PERIOD, "FORCED_ACTION_PENDING");
        _freeze();
    }

    /// Practice alone: the real exchange is frozen by a demand that was not served, and not so easily unfrozen.
    function practiseFreeze(bool frozen) external {
        require(msg.sender == governor || operators[msg.sender], "ONLY_GOVERNANCE");
        if (frozen && !stateFrozen) _freeze();
        if (!frozen && stateFrozen) {
            stateFrozen = false;
            emit LogUnFrozen();
        }
    }

    function isFrozen() external view returns (bool) {
        return stateFrozen;
    }

    function _freeze() private {
        stateFrozen = true;
        unFreezeTime = block.timestamp + UNFREEZE_DELAY;
        emit LogFrozen();
    }

    function _requestHash(uint256 ownerKey, uint256 vaultId) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("FULL_WITHDRAWAL", ownerKey, vaultId));
    }
}
