// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Storage, constants and events of the practice exchange. Slots, events and their order are those of StarkExchange
/// 4.5.1 as deployed (a wallet proves its own storage by them); a name beside a number says which slot it has to be.
abstract contract StarkExStorage {
    uint256 internal constant FIELD = 0x800000000000011000000000000000000000000000000000000000000000001;
    uint256 internal constant MASK_250 = (1 << 250) - 1;
    uint256 internal constant MASK_240 = (1 << 240) - 1;
    uint256 internal constant MINTABLE_FLAG = 1 << 250;
    uint256 internal constant MAX_QUANTUM = 1 << 128;
    uint256 public constant FREEZE_GRACE_PERIOD = 7 days;
    uint256 internal constant UNFREEZE_DELAY = 365 days;
    uint256 public constant MAX_FORCED_ACTIONS_REQS_PER_BLOCK = 10;

    /// As StarkEx keeps the contracts that have to agree; `unlocked` is for their removal, which nobody practises.
    struct VerifierChain {
        address[] list;
        mapping(address => uint256) unlocked;
    }

    uint256[4] private gap0; // governance
    address internal escapeVerifier; // 4
    bool internal stateFrozen; // 4, bit 160
    uint256 internal unFreezeTime; // 5
    mapping(uint256 => mapping(uint256 => mapping(uint256 => uint256))) internal pendingDeposits; // 6
    uint256 private gap7;
    mapping(uint256 => mapping(uint256 => uint256)) internal pendingWithdrawals; // 8
    uint256[3] private gap9;
    uint256 internal sequenceNumber; // 12
    uint256 internal validiumVaultRoot; // 13
    uint256 internal validiumTreeHeight; // 14
    uint256 internal orderRoot; // 15
    uint256 internal orderTreeHeight; // 16
    mapping(address => bool) internal tokenAdmins; // 17
    uint256 private gap18;
    mapping(address => bool) internal operators; // 19
    mapping(uint256 => bytes) internal assetTypeToAssetInfo; // 20
    mapping(uint256 => bool) internal registeredAssetType; // 21
    mapping(uint256 => uint256) internal assetTypeToQuantum; // 22
    uint256 private gap23;
    mapping(uint256 => address) internal ethKeys; // 24
    VerifierChain internal verifiers; // 25, 26
    VerifierChain internal availabilityVerifiers; // 27, 28
    uint256 internal lastBatchId; // 29
    uint256[3] private gap30;
    mapping(uint256 => uint256) internal forcedRequestsInBlock; // 33
    mapping(bytes32 => uint256) internal forcedActionRequests; // 34
    uint256[2] private gap35;
    uint256 internal rollupVaultRoot; // 37
    uint256 internal rollupTreeHeight; // 38
    uint256 internal globalConfigCode; // 39

    event LogUserRegistered(address ethKey, uint256 starkKey, address sender);
    event LogTokenRegistered(uint256 assetType, bytes assetInfo, uint256 quantum);
    event LogDeposit(
        address depositorEthKey,
        uint256 starkKey,
        uint256 vaultId,
        uint256 assetType,
        uint256 nonQuantizedAmount,
        uint256 quantizedAmount
    );
    event LogNftDeposit(
        address depositorEthKey, uint256 starkKey, uint256 vaultId, uint256 assetType, uint256 tokenId, uint256 assetId
    );
    event LogDepositWithTokenId(
        address depositorEthKey,
        uint256 starkKey,
        uint256 vaultId,
        uint256 assetType,
        uint256 tokenId,
        uint256 assetId,
        uint256 nonQuantizedAmount,
        uint256 quantizedAmount
    );
    event LogStateTransitionFact(bytes32 stateTransitionFact);
    event LogRootUpdate(
        uint256 sequenceNumber, uint256 batchId, uint256 validiumVaultRoot, uint256 rollupVaultRoot, uint256 orderRoot
    );
    event LogWithdrawalAllowed(
        uint256 ownerKey, uint256 assetType, uint256 nonQuantizedAmount, uint256 quantizedAmount
    );
    event LogNftWithdrawalAllowed(uint256 ownerKey, uint256 assetId);
    event LogAssetWithdrawalAllowed(uint256 ownerKey, uint256 assetId, uint256 quantizedAmount);
    event LogMintableWithdrawalAllowed(uint256 ownerKey, uint256 assetId, uint256 quantizedAmount);
    event LogWithdrawalPerformed(
        uint256 ownerKey, uint256 assetType, uint256 nonQuantizedAmount, uint256 quantizedAmount, address recipient
    );
    event LogNftWithdrawalPerformed(
        uint256 ownerKey, uint256 assetType, uint256 tokenId, uint256 assetId, address recipient
    );
    event LogWithdrawalWithTokenIdPerformed(
        uint256 ownerKey,
        uint256 assetType,
        uint256 tokenId,
        uint256 assetId,
        uint256 nonQuantizedAmount,
        uint256 quantizedAmount,
        address recipient
    );
    event LogMintWithdrawalPerformed(
        uint256 ownerKey, uint256 assetType, uint256 nonQuantizedAmount, uint256 quantizedAmount, uint256 assetId
    );
    event LogFullWithdrawalRequest(uint256 ownerKey, uint256 vaultId);
    event LogFrozen();
    event LogUnFrozen();

    modifier notFrozen() {
        require(!stateFrozen, "STATE_IS_FROZEN");
        _;
    }

    modifier onlyOperator() {
        require(operators[msg.sender], "ONLY_OPERATOR");
        _;
    }
}
