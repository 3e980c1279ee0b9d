// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {StarkExStorage} from "./StarkExStorage.sol";

interface IErc20 {
    function balanceOf(address) external view returns (uint256);
}

/// What comes into the practice exchange and what it pays out. See StarkExSandbox.
abstract contract StarkExTokens is StarkExStorage {
    bytes4 private constant ETH = bytes4(keccak256("ETH()"));
    bytes4 private constant ERC20 = bytes4(keccak256("ERC20Token(address)"));
    bytes4 private constant ERC721 = bytes4(keccak256("ERC721Token(address,uint256)"));
    bytes4 private constant MINTABLE_ERC20 = bytes4(keccak256("MintableERC20Token(address)"));
    bytes4 private constant MINTABLE_ERC721 = bytes4(keccak256("MintableERC721Token(address,uint256)"));

    // ---- assets

    function registerToken(uint256 assetType, bytes calldata assetInfo, uint256 quantum) external {
        require(tokenAdmins[msg.sender], "ONLY_TOKENS_ADMIN");
        require(!registeredAssetType[assetType], "ASSET_ALREADY_REGISTERED");
        require(assetType < FIELD, "INVALID_ASSET_TYPE");
        require(quantum > 0 && quantum < MAX_QUANTUM, "INVALID_QUANTUM");
        bytes4 kind = assetInfo.length < 4 ? bytes4(0) : bytes4(assetInfo[:4]);
        require(assetInfo.length == (kind == ETH ? 4 : 36), "INVALID_ASSET_STRING");
        bool single = kind == ERC721 || kind == MINTABLE_ERC721;
        bool known = single || kind == ETH || kind == ERC20 || kind == MINTABLE_ERC20;
        require(known, "UNSUPPORTED_TOKEN_TYPE");
        require(!single || quantum == 1, "INVALID_NFT_QUANTUM");
        require(
            assetType == uint256(keccak256(abi.encodePacked(assetInfo, quantum))) & MASK_250, "INVALID_ASSET_TYPE"
        );
        require(kind == ETH || address(bytes20(assetInfo[16:36])).code.length > 0, "BAD_TOKEN_ADDRESS");
        registeredAssetType[assetType] = true;
        assetTypeToAssetInfo[assetType] = assetInfo;
        assetTypeToQuantum[assetType] = quantum;
        emit LogTokenRegistered(assetType, assetInfo, quantum);
    }

    function isAssetRegistered(uint256 assetType) external view returns (bool) {
        return registeredAssetType[assetType];
    }

    function getAssetInfo(uint256 assetType) public view returns (bytes memory) {
        require(registeredAssetType[assetType], "ASSET_TYPE_NOT_REGISTERED");
        return assetTypeToAssetInfo[assetType];
    }

    /// What is no asset type, as the id of an NFT, counts one by one.
    function getQuantum(uint256 presumedAssetType) public view returns (uint256) {
        return registeredAssetType[presumedAssetType] ? assetTypeToQuantum[presumedAssetType] : 1;
    }

    function calculateAssetIdWithTokenId(uint256 assetType, uint256 tokenId) public view returns (uint256) {
        require(_kind(assetType) == ERC721, "NFT_ASSET_TYPE_EXPECTED");
        return uint256(keccak256(abi.encodePacked("NFT:", assetType, tokenId))) & MASK_250;
    }

    function calculateMintableAssetId(uint256 assetType, bytes memory blob) public pure returns (uint256) {
        uint256 hash = uint256(keccak256(abi.encodePacked("MINTABLE:", assetType, keccak256(blob))));
        return (hash & MASK_240) | MINTABLE_FLAG;
    }

    function fromQuantized(uint256 presumedAssetType, uint256 quanta) internal view returns (uint256) {
        return quanta * getQuantum(presumedAssetType);
    }

    // ---- keys

    /// An owner key below 2^160 is an Ethereum address, and needs no registration.
    function getEthKey(uint256 ownerKey) public view returns (address known) {
        known = ethKeys[ownerKey];
        if (known == address(0) && ownerKey != 0 && ownerKey <= type(uint160).max) known = address(uint160(ownerKey));
    }

    function _recipient(uint256 ownerKey) internal view returns (address recipient) {
        recipient = getEthKey(ownerKey);
        require(recipient != address(0), "USER_UNREGISTERED");
    }

    // ---- deposits

    function depositEth(uint256 starkKey, uint256 assetType, uint256 vaultId) external payable {
        require(_kind(assetType) == ETH, "INVALID_ASSET_TYPE");
        uint256 quantum = getQuantum(assetType);
        require(msg.value % quantum == 0, "INVALID_AMOUNT");
        _deposit(starkKey, assetType, vaultId, msg.value / quantum);
    }

    function depositERC20(uint256 starkKey, uint256 assetType, uint256 vaultId, uint256 quantizedAmount) external {
        require(_kind(assetType) == ERC20, "NOT_ERC20_TOKEN");
        _deposit(starkKey, assetType, vaultId, quantizedAmount);
        uint256 amount = fromQuantized(assetType, quantizedAmount);
        address token = _token(assetType);
        uint256 before = IErc20(token).balanceOf(address(this));
        _call(token, abi.encodeWithSignature(
            "transferFrom(address,address,uint256)", msg.sender, address(this), amount
        ));
        require(IErc20(token).balanceOf(address(this)) == before + amount, "INCORRECT_AMOUNT_TRANSFERRED");
    }

    function depositNft(uint256 starkKey, uint256 assetType, uint256 vaultId, uint256 tokenId) external notFrozen {
        uint256 assetId = calculateAssetIdWithTokenId(assetType, tokenId);
        _credit(starkKey, assetId, vaultId, 1);
        emit LogNftDeposit(msg.sender, starkKey, vaultId, assetType, tokenId, assetId);
        emit LogDepositWithTokenId(msg.sender, starkKey, vaultId, assetType, tokenId, assetId, 1, 1);
        _call(_token(assetType), abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256)", msg.sender, address(this), tokenId
        ));
    }

    function onERC721Received(address operator, address, uint256, bytes calldata) external view returns (bytes4) {
        return operator == address(this) ? this.onERC721Received.selector : bytes4(0);
    }

    function _deposit(uint256 starkKey, uint256 assetType, uint256 vaultId, uint256 quanta) private notFrozen {
        require(quanta > 0 && quanta < 1 << 63, "INVALID_DEPOSIT_AMOUNT");
        _credit(starkKey, assetType, vaultId, quanta);
        emit LogDeposit(msg.sender, starkKey, vaultId, assetType, fromQuantized(assetType, quanta), quanta);
    }

    function _credit(uint256 starkKey, uint256 assetId, uint256 vaultId, uint256 quanta) private {
        require(starkKey != 0 && starkKey < FIELD, "INVALID_STARK_KEY");
        require(vaultId < 1 << 31, "OUT_OF_RANGE_VAULT_ID");
        pendingDeposits[starkKey][assetId][vaultId] += quanta;
    }

    function getDepositBalance(uint256 starkKey, uint256 assetId, uint256 vaultId) external view returns (uint256) {
        return fromQuantized(assetId, pendingDeposits[starkKey][assetId][vaultId]);
    }

    // ---- payouts: anyone may call, the money goes to the owner, also when everything else is frozen

    /// In base units; where nothing is pending, `withdraw` succeeds and pays nothing.
    function getWithdrawalBalance(uint256 ownerKey, uint256 assetId) external view returns (uint256) {
        return fromQuantized(assetId, pendingWithdrawals[ownerKey][assetId]);
    }

    function withdraw(uint256 ownerKey, uint256 assetType) external {
        address recipient = _recipient(ownerKey);
        bytes4 kind = _kind(assetType);
        require(kind != MINTABLE_ERC20 && kind != MINTABLE_ERC721, "MINTABLE_ASSET_TYPE");
        require(kind == ETH || kind == ERC20, "NON_FUNGIBLE_ASSET_TYPE");
        uint256 quanta = _clear(ownerKey, assetType);
        uint256 amount = fromQuantized(assetType, quanta);
        if (quanta > 0) _payOut(kind, assetType, recipient, amount);
        emit LogWithdrawalPerformed(ownerKey, assetType, amount, quanta, recipient);
    }

    function withdrawNft(uint256 ownerKey, uint256 assetType, uint256 tokenId) external {
        withdrawWithTokenId(ownerKey, assetType, tokenId);
    }

    function withdrawWithTokenId(uint256 ownerKey, uint256 assetType, uint256 tokenId) public {
        require(_kind(assetType) == ERC721, "INVALID_ASSET_TYPE");
        uint256 assetId = calculateAssetIdWithTokenId(assetType, tokenId);
        address recipient = _recipient(ownerKey);
        require(_clear(ownerKey, assetId) == 1, "ILLEGAL_NFT_BALANCE");
        _call(_token(assetType), abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256)", address(this), recipient, tokenId
        ));
        emit LogNftWithdrawalPerformed(ownerKey, assetType, tokenId, assetId, recipient);
        emit LogWithdrawalWithTokenIdPerformed(ownerKey, assetType, tokenId, assetId, 1, 1, recipient);
    }

    function withdrawAndMint(uint256 ownerKey, uint256 assetType, bytes calldata mintingBlob) external {
        address recipient = _recipient(ownerKey);
        require(registeredAssetType[assetType], "INVALID_ASSET_TYPE");
        bytes4 kind = _kind(assetType);
        require(kind == MINTABLE_ERC20 || kind == MINTABLE_ERC721, "NON_MINTABLE_ASSET_TYPE");
        uint256 assetId = calculateMintableAssetId(assetType, mintingBlob);
        uint256 quanta = _clear(ownerKey, assetId);
        require(quanta > 0, "NO_PENDING_WITHDRAWAL_BALANCE");
        uint256 amount = fromQuantized(assetType, quanta);
        _call(_token(assetType), abi.encodeWithSignature(
            "mintFor(address,uint256,bytes)", recipient, amount, mintingBlob
        ));
        emit LogMintWithdrawalPerformed(ownerKey, assetType, amount, quanta, assetId);
    }

    function _clear(uint256 ownerKey, uint256 assetId) private returns (uint256 quanta) {
        quanta = pendingWithdrawals[ownerKey][assetId];
        pendingWithdrawals[ownerKey][assetId] = 0;
    }

    function _payOut(bytes4 kind, uint256 assetType, address recipient, uint256 amount) private {
        if (kind == ETH) {
            (bool paid,) = recipient.call{value: amount}("");
            require(paid, "ETH_TRANSFER_FAILED");
            return;
        }
        address token = _token(assetType);
        uint256 before = IErc20(token).balanceOf(address(this));
        _call(token, abi.encodeWithSignature("transfer(address,uint256)", recipient, amount));
        require(IErc20(token).balanceOf(address(this)) == before - amount, "INCORRECT_AMOUNT_TRANSFERRED");
    }

    /// A word that comes back and is zero means failure: a token with the id 0 cannot be minted.
    function _call(address token, bytes memory data) private {
        require(token.code.length > 0, "BAD_TOKEN_ADDRESS");
        (bool done, bytes memory answer) = token.call(data);
        if (!done) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        require(answer.length == 0 || abi.decode(answer, (uint256)) != 0, "TOKEN_OPERATION_FAILED");
    }

    function _kind(uint256 assetType) private view returns (bytes4) {
        return bytes4(getAssetInfo(assetType));
    }

    function _token(uint256 assetType) private view returns (address token) {
        bytes memory info = assetTypeToAssetInfo[assetType];
        assembly {
            token := mload(add(info, 36))
        }
    }
}
