// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Storage, events and small helpers of the practice zkLink contracts.
abstract contract ZkLinkStorage {
    struct OnchainOperationData {
        bytes ethWitness;
        uint32 publicDataOffset;
    }

    struct PriorityOperation {
        bytes20 hashedPubData;
        uint64 expirationBlock;
        uint8 opType;
    }

    struct RegisteredToken {
        bool registered;
        bool paused;
        address tokenAddress;
        uint8 decimals;
    }

    struct Withdraw {
        uint32 accountId;
        uint8 subAccountId;
        uint16 tokenId;
        uint128 amount;
        address owner;
        uint32 nonce;
        uint16 ratio;
        uint8 toL1;
        bytes32 dataHash;
    }

    // Storage: order and packing are those of the published contract. Slots named unused keep the places of
    // variables that the practice network does not need.
    mapping(bytes32 => address) public accepts; //                                        slot 0
    uint256[49] private unused1; //                                                       slots 1 to 49
    address private unusedVerifier; //                                                    slot 50, from bit 0
    uint32 public totalBlocksExecuted; //                                                 slot 50, from bit 160
    uint64 public firstPriorityRequestId; //                                              slot 50, from bit 192
    address public networkGovernor; //                                                    slot 51, from bit 0
    uint32 public totalBlocksCommitted; //                                                slot 51, from bit 160
    uint64 public totalOpenPriorityRequests; //                                           slot 51, from bit 192
    address public gateway; //                                                            slot 52, from bit 0
    uint32 public totalBlocksProven; //                                                   slot 52, from bit 160
    uint64 public totalCommittedPriorityRequests; //                                      slot 52, from bit 192
    uint32 public totalBlocksSynchronized; //                                             slot 53, from bit 0
    bool public exodusMode; //                                                            slot 53, from bit 32
    mapping(bytes32 => mapping(uint16 => uint128)) internal pendingBalances; //           slot 54
    mapping(bytes32 => bool) public pendingL1Withdraws; //                                slot 55
    uint256 private unusedPerformedExodus; //                                             slot 56
    mapping(uint64 => PriorityOperation) internal priorityRequests; //                    slot 57
    mapping(address => mapping(uint32 => bytes32)) public authFacts; //                   slot 58
    mapping(address => mapping(uint32 => uint256)) internal authFactsResetTimer; //       slot 59
    mapping(uint32 => bytes32) public storedBlockHashes; //                               slot 60
    mapping(uint8 => bytes32) public synchronizedChains; //                               slot 61
    mapping(address => bool) public validators; //                                        slot 62
    mapping(uint16 => RegisteredToken) public tokens; //                                  slot 63
    mapping(address => uint16) public tokenIds; //                                        slot 64
    mapping(uint8 => address) public chainSyncServiceMap; //                              slot 65
    mapping(address => bool) public syncServiceMap; //                                    slot 66
    mapping(bytes32 => bool) public pendingWithdrawWithCalls; //                          slot 67
    bool private entered; //                                                              sandbox only, slot 68
    uint8[] internal otherChains; //                                                      sandbox only, slot 69

    /// zkLink's own number of this chain, and of the one where blocks are proven.
    uint8 public immutable CHAIN_ID;
    uint8 public constant MASTER_CHAIN_ID = 1;
    address internal constant ETH_ADDRESS = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    bytes32 internal constant EMPTY_STRING_KECCAK = keccak256("");
    uint256 internal constant CHUNK_BYTES = 23;
    uint256 internal constant WITHDRAW_BYTES = 5 * CHUNK_BYTES;
    uint16 internal constant MAX_RATIO = 10000;
    uint8 internal constant LAYER2_DECIMALS = 18;
    uint256 internal constant PRIORITY_EXPIRATION = 40320;
    uint8 internal constant OP_DEPOSIT = 1;
    uint8 internal constant OP_WITHDRAW = 3;
    uint256 internal constant PUBKEY_HASH_BYTES = 20;
    uint256 internal constant AUTH_FACT_RESET_TIMELOCK = 1 days;

    event BlockCommit(uint32 indexed blockNumber);
    event BlockProven(uint32 indexed blockNumber);
    event BlockSynced(uint32 indexed blockNumber);
    event BlockExecuted(uint32 indexed blockNumber);
    event BlocksRevert(uint32 totalBlocksExecuted, uint32 totalBlocksCommitted);
    event ExodusMode();
    event NewPriorityRequest(
        address sender, uint64 serialId, uint8 opType, bytes pubData, uint256 expirationBlock
    );
    event NewToken(uint16 indexed tokenId, address indexed token, uint8 decimals);
    event Withdrawal(uint16 indexed tokenId, uint128 amount);
    event WithdrawalPending(uint16 indexed tokenId, bytes32 indexed recipient, uint128 amount);
    event WithdrawalCall(bytes32 indexed withdrawHash);
    event WithdrawalPendingL1(bytes32 indexed withdrawHash);
    event WithdrawalL1(bytes32 indexed withdrawHash);
    event FactAuth(address indexed sender, uint32 nonce, bytes fact);
    event FactAuthResetTime(address indexed sender, uint32 nonce, uint256 time);
    event Accept(
        address acceptor,
        address receiver,
        address token,
        uint128 amount,
        uint16 withdrawFeeRate,
        uint32 accountIdOfNonce,
        uint8 subAccountIdOfNonce,
        uint32 nonce,
        uint128 amountReceive
    );

    modifier active() {
        require(!exodusMode, "0");
        _;
    }

    modifier onlyGovernor() {
        require(msg.sender == networkGovernor, "3");
        _;
    }

    modifier onlyValidator() {
        require(validators[msg.sender], "4");
        _;
    }

    /// The bridge between the chains; in the practice network one account.
    modifier onlySyncService() {
        require(syncServiceMap[msg.sender], "6");
        _;
    }

    modifier nonReentrant() {
        require(!entered, "1b");
        entered = true;
        _;
        entered = false;
    }

    constructor(uint8 chainId) {
        CHAIN_ID = chainId;
        networkGovernor = msg.sender;
        validators[msg.sender] = true;
    }

    // ----------------------------------------------------------------------------------------------- helpers

    function _withdrawHash(
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce,
        address owner,
        address token,
        uint128 amountL1,
        uint16 ratio
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(accountId, subAccountId, nonce, owner, token, amountL1, ratio));
    }

    function _withdrawWithCallHash(
        address owner,
        address token,
        uint128 amountL1,
        bytes32 dataHash,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(owner, token, amountL1, dataHash, accountId, subAccountId, nonce));
    }

    function _syncHash(bytes32 previous, uint32 blockNumber, bytes32 stateHash, bytes32 operationsHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(previous, blockNumber, stateHash, operationsHash));
    }

    function _extend(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _scale(uint8 decimals) internal pure returns (uint128) {
        return uint128(10 ** (LAYER2_DECIMALS - decimals));
    }

    function _improveDecimals(uint128 amount, uint8 decimals) internal pure returns (uint128) {
        return amount * _scale(decimals);
    }

    function _slice(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory part) {
        require(start + length <= data.length, "Z");
        part = new bytes(length); // its memory is rounded up to whole words, so the last word may be copied whole
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 32) } {
                mstore(add(add(part, 32), i), mload(add(add(add(data, 32), start), i)))
            }
        }
    }

    /// Reads a big-endian number of at most 32 bytes.
    function _number(bytes memory data, uint256 start, uint256 length) internal pure returns (uint256 value) {
        require(start + length <= data.length, "Z");
        assembly ("memory-safe") {
            value := shr(sub(256, mul(8, length)), mload(add(add(data, 32), start)))
        }
    }
}
