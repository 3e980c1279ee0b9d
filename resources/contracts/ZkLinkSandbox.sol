// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20Transfer {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// The practice network's zkLink X contract of a master chain.
///
/// What a wallet can see is what the published master-chain contract shows: function selectors, event topics and data,
/// revert codes, and the storage slots that a wallet proves. What a wallet cannot see is left out: there is no circuit
/// (proveBlocks checks the public inputs only), there are no slave chains, and of the layer-2 operations only Withdraw
/// is known. Layer-2 amounts always have 18 decimals.
contract ZkLinkSandbox {
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

    struct OnchainOperationData {
        bytes ethWitness;
        uint32 publicDataOffset;
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
    address private unusedGateway; //                                                     slot 52, from bit 0
    uint32 public totalBlocksProven; //                                                   slot 52, from bit 160
    uint64 public totalCommittedPriorityRequests; //                                      slot 52, from bit 192
    uint32 public totalBlocksSynchronized; //                                             slot 53, from bit 0
    bool public exodusMode; //                                                            slot 53, from bit 32
    mapping(bytes32 => mapping(uint16 => uint128)) internal pendingBalances; //           slot 54
    mapping(bytes32 => bool) public pendingL1Withdraws; //                                slot 55
    uint256 private unusedPerformedExodus; //                                             slot 56
    mapping(uint64 => PriorityOperation) internal priorityRequests; //                    slot 57
    uint256[2] private unusedAuthFacts; //                                                slots 58, 59
    mapping(uint32 => bytes32) public storedBlockHashes; //                               slot 60
    uint256 private unusedSynchronizedChains; //                                          slot 61
    mapping(address => bool) public validators; //                                        slot 62
    mapping(uint16 => RegisteredToken) public tokens; //                                  slot 63
    mapping(address => uint16) public tokenIds; //                                        slot 64
    uint256[2] private unusedSyncServices; //                                             slots 65, 66
    mapping(bytes32 => bool) public pendingWithdrawWithCalls; //                          slot 67
    bool private entered; //                                                              sandbox only, slot 68

    uint8 public constant CHAIN_ID = 1;
    address internal constant ETH_ADDRESS = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    bytes32 internal constant EMPTY_STRING_KECCAK = keccak256("");
    uint256 internal constant CHUNK_BYTES = 23;
    uint256 internal constant WITHDRAW_BYTES = 5 * CHUNK_BYTES;
    uint256 internal constant INPUT_MASK = (1 << 253) - 1;
    uint16 internal constant MAX_RATIO = 10000;
    uint8 internal constant LAYER2_DECIMALS = 18;
    uint256 internal constant PRIORITY_EXPIRATION = 40320;
    uint8 internal constant OP_DEPOSIT = 1;
    uint8 internal constant OP_WITHDRAW = 3;

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

    modifier nonReentrant() {
        require(!entered, "1b");
        entered = true;
        _;
        entered = false;
    }

    /// The history before `genesisBlock` is taken as executed: practice blocks need not count from 1.
    constructor(uint32 genesisBlock, bytes32 genesisStateHash) {
        networkGovernor = msg.sender;
        validators[msg.sender] = true;
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

    // ------------------------------------------------------------------------------------------- governance

    function addToken(uint16 tokenId, address token, uint8 decimals) external onlyGovernor {
        require(tokenId > 0, "I0");
        require(token != address(0), "I1");
        require(decimals <= LAYER2_DECIMALS, "I2");
        tokens[tokenId] = RegisteredToken(true, false, token, decimals);
        tokenIds[token] = tokenId;
        emit NewToken(tokenId, token, decimals);
    }

    function setValidator(address validator, bool isActive) external onlyGovernor {
        validators[validator] = isActive;
    }

    /// Sandbox only: the published contract enters exodus mode when a priority request expires.
    function enterExodusMode() external onlyGovernor {
        exodusMode = true;
        emit ExodusMode();
    }

    // --------------------------------------------------------------------------------------------- deposits

    function depositETH(bytes32 zkLinkAddress, uint8 subAccountId) external payable active nonReentrant {
        require(msg.value <= type(uint128).max, "16");
        _deposit(ETH_ADDRESS, uint128(msg.value), zkLinkAddress, subAccountId);
    }

    function depositERC20(address token, uint104 amount, bytes32 zkLinkAddress, uint8 subAccountId, bool mapped)
        external
        active
        nonReentrant
    {
        require(!mapped, "e5"); // the practice network has no virtual US dollar
        _deposit(token, amount, zkLinkAddress, subAccountId);
        require(IERC20Transfer(token).transferFrom(msg.sender, address(this), amount), "c0");
    }

    function _deposit(address token, uint128 amount, bytes32 zkLinkAddress, uint8 subAccountId) private {
        require(zkLinkAddress != bytes32(0), "e1");
        require(subAccountId < 32, "e2");
        uint16 tokenId = tokenIds[token];
        RegisteredToken storage registered = tokens[tokenId];
        require(registered.registered, "e3");
        require(!registered.paused, "e4");
        uint128 amount18 = _improveDecimals(amount, registered.decimals);
        require(amount18 > 0, "e0");
        bytes memory pubData = abi.encodePacked(
            OP_DEPOSIT, CHAIN_ID, uint32(0), subAccountId, tokenId, tokenId, amount18, zkLinkAddress
        );
        uint64 id = firstPriorityRequestId + totalOpenPriorityRequests++;
        uint64 expires = uint64(block.number + PRIORITY_EXPIRATION);
        priorityRequests[id] = PriorityOperation(bytes20(keccak256(pubData)), expires, OP_DEPOSIT);
        emit NewPriorityRequest(msg.sender, id, OP_DEPOSIT, pubData, expires);
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

    /// On the real chain this also requires equal sync hashes from every slave chain; here there are none.
    function confirmBlock(StoredBlockInfo memory stored) external payable onlyValidator nonReentrant {
        uint32 number = stored.blockNumber;
        require(number > totalBlocksSynchronized, "n0");
        require(_hashStored(stored) == storedBlockHashes[number], "n1");
        require(number <= totalBlocksProven, "n2");
        totalBlocksSynchronized = number;
        emit BlockSynced(number);
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
        pure
        returns (StoredBlockInfo memory)
    {
        require(fresh.blockNumber == previous.blockNumber + 1, "g0");
        require(fresh.timestamp >= previous.timestamp, "g2");
        (bytes32 operationsHash, bytes memory offsets) = _collectOnchainOperations(fresh);
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
        return StoredBlockInfo(
            fresh.blockNumber, 0, operationsHash, fresh.timestamp, fresh.newStateHash, commitment, new SyncHash[](0)
        );
    }

    function _collectOnchainOperations(CommitBlockInfo memory fresh)
        private
        pure
        returns (bytes32 operationsHash, bytes memory offsets)
    {
        bytes memory data = fresh.publicData;
        require(data.length % CHUNK_BYTES == 0, "h0");
        offsets = new bytes(data.length / CHUNK_BYTES);
        operationsHash = EMPTY_STRING_KECCAK;
        for (uint256 i = 0; i < fresh.onchainOperations.length; ++i) {
            uint256 offset = fresh.onchainOperations[i].publicDataOffset;
            require(offset + 1 < data.length, "h1");
            require(offset % CHUNK_BYTES == 0, "h2");
            require(offsets[offset / CHUNK_BYTES] == 0x00, "h3");
            offsets[offset / CHUNK_BYTES] = 0x01;
            require(uint8(data[offset + 1]) == CHAIN_ID, "i2");
            require(uint8(data[offset]) == OP_WITHDRAW, "k2");
            operationsHash = keccak256(abi.encodePacked(operationsHash, _slice(data, offset, WITHDRAW_BYTES)));
        }
    }

    function _executeOne(ExecuteBlockInfo memory info) private {
        StoredBlockInfo memory stored = info.storedBlock;
        require(_hashStored(stored) == storedBlockHashes[stored.blockNumber], "m0");
        bytes32 operationsHash = EMPTY_STRING_KECCAK;
        for (uint256 i = 0; i < info.pendingOnchainOpsPubdata.length; ++i) {
            bytes memory pubData = info.pendingOnchainOpsPubdata[i];
            require(uint8(pubData[0]) == OP_WITHDRAW, "m2");
            _executeWithdraw(_readWithdraw(pubData));
            operationsHash = keccak256(abi.encodePacked(operationsHash, pubData));
        }
        require(operationsHash == stored.pendingOnchainOperationsHash, "m3");
    }

    function _executeWithdraw(Withdraw memory op) private {
        RegisteredToken storage registered = tokens[op.tokenId];
        require(registered.registered, "o0");
        address token = registered.tokenAddress;
        uint128 amountL1 = op.amount / _scale(registered.decimals);
        bytes32 hash =
            _withdrawHash(op.accountId, op.subAccountId, op.nonce, op.owner, token, amountL1, op.ratio);
        if (op.toL1 == 1) {
            pendingL1Withdraws[hash] = true;
            emit WithdrawalPendingL1(hash);
            return;
        }
        address acceptor = accepts[hash];
        if (acceptor != address(0)) {
            _increasePending(op.tokenId, acceptor, op.amount);
            return;
        }
        accepts[hash] = op.owner;
        if (op.dataHash == bytes32(0)) {
            _increasePending(op.tokenId, op.owner, op.amount);
        } else {
            bytes32 callHash = _withdrawWithCallHash(
                op.owner, token, amountL1, op.dataHash, op.accountId, op.subAccountId, op.nonce
            );
            pendingWithdrawWithCalls[callHash] = true;
        }
    }

    /// Layout: 03, chainId 1, accountId 4, subAccountId 1, l1Token 2, l2Token 2, amount 16, fee 2, zero 12, owner 20,
    /// nonce 4, ratio 2, withdrawToL1 1, dataHash 32.
    function _readWithdraw(bytes memory data) private pure returns (Withdraw memory) {
        return Withdraw(
            uint32(_number(data, 2, 4)),
            uint8(data[6]),
            uint16(_number(data, 7, 2)),
            uint128(_number(data, 11, 16)),
            address(uint160(_number(data, 41, 20))),
            uint32(_number(data, 61, 4)),
            uint16(_number(data, 65, 2)),
            uint8(data[67]),
            bytes32(_number(data, 68, 32))
        );
    }

    // --------------------------------------------------------------------------------------- users and brokers

    /// Anyone may call; the money always goes to the owner. More than is pending panics with 0x11.
    function withdrawPendingBalance(address payable owner, uint16 tokenId, uint128 amount) external nonReentrant {
        RegisteredToken storage registered = tokens[tokenId];
        require(registered.registered, "b0");
        pendingBalances[_extend(owner)][tokenId] -= _improveDecimals(amount, registered.decimals);
        _pay(owner, registered.tokenAddress, amount, "");
        emit Withdrawal(tokenId, amount);
    }

    function withdrawPendingBalanceWithCall(
        address payable owner,
        address token,
        uint128 amount,
        bytes memory data,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce,
        bool callTarget
    ) external nonReentrant {
        bytes32 hash =
            _withdrawWithCallHash(owner, token, amount, keccak256(data), accountId, subAccountId, nonce);
        require(pendingWithdrawWithCalls[hash], "z0");
        pendingWithdrawWithCalls[hash] = false;
        if (callTarget) {
            (address target, bytes memory call) = abi.decode(data, (address, bytes));
            _pay(payable(target), token, amount, call);
        } else {
            _pay(owner, token, amount, "");
        }
        emit WithdrawalCall(hash);
    }

    function acceptERC20(
        address receiver,
        address token,
        uint128 amount,
        uint16 ratio,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) external nonReentrant {
        uint128 paid = _accept(receiver, token, amount, ratio, accountId, subAccountId, nonce);
        require(IERC20Transfer(token).transferFrom(msg.sender, receiver, paid), "c0");
        emit Accept(msg.sender, receiver, token, amount, ratio, accountId, subAccountId, nonce, paid);
    }

    /// Must be sent with exactly what the receiver gets or more; the rest goes back to the sender.
    function acceptETH(
        address payable receiver,
        uint128 amount,
        uint16 ratio,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) external payable nonReentrant {
        uint128 paid = _accept(receiver, ETH_ADDRESS, amount, ratio, accountId, subAccountId, nonce);
        uint256 rest = msg.value - paid;
        (bool success,) = receiver.call{value: paid}("");
        require(success, "E0");
        if (rest > 0) {
            (success,) = msg.sender.call{value: rest}("");
            require(success, "E1");
        }
        emit Accept(msg.sender, receiver, ETH_ADDRESS, amount, ratio, accountId, subAccountId, nonce, paid);
    }

    function getPendingBalance(bytes32 owner, uint16 tokenId) external view returns (uint128) {
        return pendingBalances[owner][tokenId];
    }

    function _accept(
        address receiver,
        address token,
        uint128 amount,
        uint16 ratio,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) private returns (uint128) {
        require(receiver != address(0), "H1");
        require(receiver != msg.sender, "H2");
        require(ratio < MAX_RATIO, "H3");
        bytes32 hash = _withdrawHash(accountId, subAccountId, nonce, receiver, token, amount, ratio);
        require(accepts[hash] == address(0), "H4");
        accepts[hash] = msg.sender;
        return (amount * (MAX_RATIO - ratio)) / MAX_RATIO;
    }

    function _increasePending(uint16 tokenId, address recipient, uint128 amount) private {
        bytes32 key = _extend(recipient);
        pendingBalances[key][tokenId] += amount;
        emit WithdrawalPending(tokenId, key, amount);
    }

    function _pay(address payable to, address token, uint128 amount, bytes memory call) private {
        if (token == ETH_ADDRESS) {
            (bool paid,) = to.call{value: amount}(call);
            require(paid, "b1");
            return;
        }
        require(IERC20Transfer(token).transfer(to, amount), "c0");
        if (call.length > 0) {
            (bool called,) = to.call(call);
            require(called, "b2");
        }
    }

    // ----------------------------------------------------------------------------------------------- helpers

    function _hashStored(StoredBlockInfo memory stored) private pure returns (bytes32) {
        return keccak256(abi.encode(stored));
    }

    function _withdrawHash(
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce,
        address owner,
        address token,
        uint128 amountL1,
        uint16 ratio
    ) private pure returns (bytes32) {
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
    ) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(owner, token, amountL1, dataHash, accountId, subAccountId, nonce));
    }

    function _extend(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _scale(uint8 decimals) private pure returns (uint128) {
        return uint128(10 ** (LAYER2_DECIMALS - decimals));
    }

    function _improveDecimals(uint128 amount, uint8 decimals) private pure returns (uint128) {
        return amount * _scale(decimals);
    }

    function _slice(bytes memory data, uint256 start, uint256 length) private pure returns (bytes memory part) {
        require(start + length <= data.length, "Z");
        part = new bytes(length); // its memory is rounded up to whole words, so the last word may be copied whole
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 32) } {
                mstore(add(add(part, 32), i), mload(add(add(add(data, 32), start), i)))
            }
        }
    }

    /// Reads a big-endian number of at most 32 bytes.
    function _number(bytes memory data, uint256 start, uint256 length) private pure returns (uint256 value) {
        require(start + length <= data.length, "Z");
        assembly ("memory-safe") {
            value := shr(sub(256, mul(8, length)), mload(add(add(data, 32), start)))
        }
    }
}
