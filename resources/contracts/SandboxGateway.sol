// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20Transfer} from "./ZkLinkBase.sol";

/// A practice bridge between a chain that is itself a layer 2 and the chain below it. One stands on each side: the upper
/// one takes withdrawals in, the lower one pays them from what it holds when its keeper, who watches both, says so.
contract SandboxGateway {
    address internal constant ETH_ADDRESS = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    address public immutable keeper;
    uint256 public immutable fee;
    mapping(bytes32 => bool) public paid;

    event Taken(address indexed owner, address token, uint128 amount, bytes32 indexed withdrawHash);
    event Paid(address indexed owner, address token, uint128 amount, bytes32 indexed withdrawHash);

    constructor(uint256 fee_) {
        keeper = msg.sender;
        fee = fee_;
    }

    function estimateWithdrawETHFee(address, uint128, uint32, uint8, uint32, uint16) external view returns (uint256) {
        return fee;
    }

    function estimateWithdrawERC20Fee(address, address, uint128, uint32, uint8, uint32, uint16)
        external
        view
        returns (uint256)
    {
        return fee;
    }

    function withdrawETH(
        address owner, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external payable {
        require(msg.value == amount + fee, "fee");
        emit Taken(owner, ETH_ADDRESS, amount, _hash(accountId, subAccountId, nonce, owner, ETH_ADDRESS, amount, ratio));
    }

    function withdrawERC20(
        address owner, address token, uint128 amount, uint32 accountId, uint8 subAccountId, uint32 nonce, uint16 ratio
    ) external payable {
        require(msg.value == fee, "fee");
        require(IERC20Transfer(token).transferFrom(msg.sender, address(this), amount), "c0");
        emit Taken(owner, token, amount, _hash(accountId, subAccountId, nonce, owner, token, amount, ratio));
    }

    /// Adds to the ether that is paid from.
    function fund() external payable {}

    /// Pays on the lower chain what was taken in on the upper one, once.
    function pay(address payable owner, address token, uint128 amount, bytes32 withdrawHash) external {
        require(msg.sender == keeper, "keeper");
        require(!paid[withdrawHash], "paid");
        paid[withdrawHash] = true;
        if (token == ETH_ADDRESS) {
            (bool success,) = owner.call{value: amount}("");
            require(success, "b1");
        } else {
            require(IERC20Transfer(token).transfer(owner, amount), "c0");
        }
        emit Paid(owner, token, amount, withdrawHash);
    }

    function _hash(
        uint32 accountId,
        uint8 subAccountId,
        uint32 nonce,
        address owner,
        address token,
        uint128 amount,
        uint16 ratio
    ) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(accountId, subAccountId, nonce, owner, token, amount, ratio));
    }
}
