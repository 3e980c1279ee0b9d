// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IZkLink {
    function withdrawPendingBalance(address payable owner, uint16 tokenId, uint128 amount) external;
}

/// What zkLink's relayer pays many owners with in one transaction: the transaction then does not go to the zkLink
/// contract, and its calldata is another. Anyone may use it.
contract SandboxMultiCall {
    struct WithdrawPendingBalanceInfo {
        address payable owner;
        uint16 tokenId;
        uint128 amount;
    }

    function batchWithdrawPendingBalance(IZkLink zkLink, WithdrawPendingBalanceInfo[] calldata payouts) external {
        for (uint256 i = 0; i < payouts.length; ++i) {
            zkLink.withdrawPendingBalance(payouts[i].owner, payouts[i].tokenId, payouts[i].amount);
        }
    }
}
