// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ZkLinkStorage} from "./ZkLinkStorage.sol";

interface IERC20Transfer {
    function approve(address spender, uint256 value) external returns (bool);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

interface IGateway {
    function estimateWithdrawETHFee(
        address owner, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external view returns (uint256);
    function estimateWithdrawERC20Fee(
        address owner, address token, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external view returns (uint256);
    function withdrawETH(
        address owner, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external payable;
    function withdrawERC20(
        address owner, address token, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external payable;
}

/// What the practice network's zkLink X contracts have in common, whatever chain they stand on.
///
/// What a wallet can see is what the published contracts show: function selectors, event topics and data, revert codes,
/// and the storage slots that a wallet proves. What a wallet cannot see is left out: of the layer-2 operations only
/// Withdraw is known, and the bridge between the chains is one account. Layer-2 amounts always have 18 decimals.
abstract contract ZkLinkBase is ZkLinkStorage {
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

    /// Names the bridge to and from another chain; that chain thereby belongs to the network.
    function setSyncService(uint8 chainId, address service) external onlyGovernor {
        require(chainId != CHAIN_ID, "i1");
        if (chainSyncServiceMap[chainId] == address(0)) otherChains.push(chainId);
        else syncServiceMap[chainSyncServiceMap[chainId]] = false;
        chainSyncServiceMap[chainId] = service;
        syncServiceMap[service] = true;
    }

    function setGateway(address newGateway) external onlyGovernor {
        gateway = newGateway;
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

    // ---------------------------------------------------------------------------------------------- execution

    /// Pays out a block's operations of this chain; their hash, to be compared with what was committed.
    function _executeOperations(bytes[] memory operations) internal returns (bytes32 operationsHash) {
        operationsHash = EMPTY_STRING_KECCAK;
        for (uint256 i = 0; i < operations.length; ++i) {
            bytes memory pubData = operations[i];
            require(uint8(pubData[0]) == OP_WITHDRAW, "m2");
            _executeWithdraw(_readWithdraw(pubData));
            operationsHash = keccak256(abi.encodePacked(operationsHash, pubData));
        }
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

    // -------------------------------------------------------------------------------------- onwards to layer one

    /// What the bridge of a chain that is itself a layer 2 asks, in wei.
    function estimateWithdrawToL1Fee(
        address owner,
        address token,
        uint128 amount,
        uint16 ratio,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) public view returns (uint256) {
        if (token == ETH_ADDRESS) {
            return IGateway(gateway).estimateWithdrawETHFee(owner, amount, accountId, subAccountId, nonce, ratio);
        }
        return IGateway(gateway).estimateWithdrawERC20Fee(owner, token, amount, accountId, subAccountId, nonce, ratio);
    }

    /// Anyone may call; the money always goes to the owner, on the chain that the gateway leads to.
    function withdrawToL1(
        address owner,
        address token,
        uint128 amount,
        uint16 ratio,
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce
    ) external payable nonReentrant {
        bytes32 hash = _withdrawHash(accountId, subAccountId, nonce, owner, token, amount, ratio);
        require(pendingL1Withdraws[hash], "M0");
        uint256 fee = estimateWithdrawToL1Fee(owner, token, amount, ratio, accountId, subAccountId, nonce);
        require(msg.value >= fee, "M1");
        pendingL1Withdraws[hash] = false;
        if (token == ETH_ADDRESS) {
            IGateway(gateway).withdrawETH{value: fee + amount}(owner, amount, accountId, subAccountId, nonce, ratio);
        } else {
            require(IERC20Transfer(token).approve(gateway, amount), "c0");
            IGateway(gateway).withdrawERC20{value: fee}(
                owner, token, amount, accountId, subAccountId, nonce, ratio
            );
        }
        uint256 rest = msg.value - fee;
        if (rest > 0) {
            (bool success,) = msg.sender.call{value: rest}("");
            require(success, "M2");
        }
        emit WithdrawalL1(hash);
    }

    // --------------------------------------------------------------------------------------- layer-2 keys

    /// Authorises a layer-2 key for one account nonce, on the chain instead of by a signature. A second call for the
    /// same nonce starts a timer, a third one after the time lock replaces the key.
    function setAuthPubkeyHash(bytes calldata pubKeyHash, uint32 nonce) external active nonReentrant {
        require(pubKeyHash.length == PUBKEY_HASH_BYTES, "B0");
        if (authFacts[msg.sender][nonce] == bytes32(0)) {
            authFacts[msg.sender][nonce] = keccak256(pubKeyHash);
            emit FactAuth(msg.sender, nonce, pubKeyHash);
            return;
        }
        uint256 since = authFactsResetTimer[msg.sender][nonce];
        if (since == 0) {
            authFactsResetTimer[msg.sender][nonce] = block.timestamp;
            emit FactAuthResetTime(msg.sender, nonce, block.timestamp);
            return;
        }
        require(block.timestamp - since >= AUTH_FACT_RESET_TIMELOCK, "B1");
        authFactsResetTimer[msg.sender][nonce] = 0;
        authFacts[msg.sender][nonce] = keccak256(pubKeyHash);
        emit FactAuth(msg.sender, nonce, pubKeyHash);
    }
}
